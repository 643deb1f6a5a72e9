"use strict";
/* Helpers that create elements. Text is passed as children and never parsed as HTML. */

(() => {
  const fill = (element, attributes, children) => {
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  /** An HTML element with these attributes. */
  Lettermill.html = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);

  /** An SVG element with these attributes. */
  Lettermill.svg = (name, attributes, ...children) =>
    fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
})();
