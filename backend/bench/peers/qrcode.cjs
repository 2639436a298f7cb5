// npm's qrcode: a task from each line of the input, an answer on each line of the output.
'use strict';
const fs = require('node:fs/promises');
const readline = require('node:readline');
const qrcode = require('qrcode');

async function codes({ text, size, times }) {
  let code;
  for (let time = 0; time < times; time += 1) {
    code = await qrcode.toBuffer(text, { width: size, margin: 4, errorCorrectionLevel: 'M' });
  }
  return [code];
}

async function answer({ task, save }) {
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  const files = await codes(task);
  const { user, system } = process.cpuUsage(cpu);
  const wall_ms = Number(process.hrtime.bigint() - wall) / 1e6;
  if (save) await fs.writeFile(`${save}-1.png`, files[0]);
  return { cpu_ms: (user + system) / 1e3, wall_ms, bytes: files.map((file) => file.length) };
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const reply = await answer(JSON.parse(line)).catch((error) => ({ error: String(error) }));
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
})();
