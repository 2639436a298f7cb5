// sharp's side: a task from each line of the input, an answer on each line of the output.
'use strict';
const fs = require('node:fs/promises');
const readline = require('node:readline');
const sharp = require('sharp');

// A warm process must do the work each time, not remember its result.
sharp.cache(false);
if (process.argv[1]) sharp.concurrency(Number(process.argv[1]));

async function fit({ photo, long_edge, quality }) {
  return [
    await sharp(photo)
      .autoOrient()
      .resize(long_edge, long_edge, { fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality })
      .toBuffer(),
  ];
}

async function cut(photo, [left, top, width, height]) {
  const input = await sharp(photo).autoOrient().resize(width, height, { fit: 'cover' }).raw().toBuffer();
  return { input, raw: { width, height, channels: 3 }, left, top };
}

async function composed({ photos, overlay, width, height, slots }) {
  const views = await Promise.all(slots.map((slot, index) => cut(photos[index], slot)));
  if (slots.length === 1 && !overlay) return views[0].input;
  return sharp({ create: { width, height, channels: 3, background: '#fff' } })
    .composite(overlay ? [...views, { input: overlay }] : views)
    .removeAlpha()
    .raw()
    .toBuffer();
}

async function collage(task) {
  const { width, height, copy_edge, copy_quality, thumbnail_edge } = task;
  const raw = { width, height, channels: 3 };
  const pixels = await composed(task);
  const copies = async () => {
    const { data, info } = await sharp(pixels, { raw })
      .resize(copy_edge, copy_edge, { fit: 'inside', withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const small = { raw: { width: info.width, height: info.height, channels: 3 } };
    return Promise.all([
      sharp(data, small).jpeg({ quality: copy_quality }).toBuffer(),
      sharp(data, small)
        .resize(thumbnail_edge, thumbnail_edge, { fit: 'inside' })
        .jpeg({ quality: copy_quality })
        .toBuffer(),
    ]);
  };
  const result = sharp(pixels, { raw }).jpeg({ quality: task.result_quality }).toBuffer();
  return (await Promise.all([result, copies()])).flat();
}

const work = { fit, collage };

async function answer({ task, save }) {
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  const files = await work[task.do](task);
  const { user, system } = process.cpuUsage(cpu);
  const wall_ms = Number(process.hrtime.bigint() - wall) / 1e6;
  if (save) await Promise.all(files.map((file, index) => fs.writeFile(`${save}-${index + 1}.jpg`, file)));
  return { cpu_ms: (user + system) / 1e3, wall_ms, bytes: files.map((file) => file.length) };
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const reply = await answer(JSON.parse(line)).catch((error) => ({ error: String(error) }));
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
})();
