// Finding and making elements, with a clear failure where the page and its script disagree.

import { translate } from "./messages.js";

/**
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
export function find(root, selector, kind) {
  const element = root.querySelector(selector);
  if (element instanceof kind) return element;
  throw new Error(`the page has no ${selector}`);
}

/**
 * @param {ParentNode} root
 * @param {string} name of a `data-part`
 * @returns {HTMLElement}
 */
export function part(root, name) {
  return find(root, `[data-part="${name}"]`, HTMLElement);
}

/**
 * @param {string} id of a `<template>`
 * @returns {HTMLElement} its one element, fresh, in the page's language
 */
export function fromTemplate(id) {
  const template = find(document, `#${id}`, HTMLTemplateElement);
  const element = document.importNode(template.content, true).firstElementChild;
  if (!(element instanceof HTMLElement)) throw new Error(`the template ${id} is empty`);
  translate(element);
  return element;
}

/**
 * Buttons say what they do by `data-do`.
 *
 * @param {HTMLElement} root
 * @param {Record<string, (button: HTMLElement) => void>} deeds
 */
export function onPress(root, deeds) {
  root.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    if (button instanceof HTMLElement) deeds[button.dataset.do ?? ""]?.(button);
  });
}

/**
 * @param {string} source
 * @param {string} description for those who do not see it
 */
export function image(source, description = "") {
  const element = new Image();
  element.src = source;
  element.alt = description;
  element.draggable = false;
  element.decoding = "async";
  return element;
}

/**
 * An image whose style knows its `--ratio`, so that CSS can make it as large as its box allows.
 *
 * @param {string} source
 */
export function fittedImage(source) {
  const element = image(source);
  element.className = "fitted";
  element.addEventListener("load", () => {
    element.style.setProperty("--ratio", String(element.naturalWidth / element.naturalHeight));
  });
  return element;
}
