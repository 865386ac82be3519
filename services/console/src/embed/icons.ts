/** Small pictures beside words, never instead of them: a gavel restricts, a triangle warns, a ribbon honours. */
const paths = {
  restricted:
    'M3 21h10v-2H3v2zM14.1 3.5l6.4 6.4-1.4 1.4-1.1-.3-3 3 .3 1-1.4 1.5-6.4-6.4L8.9 8.6l1 .4 3-3-.3-1.1 1.5-1.4zM8 12.6l1.9 1.9-5.6 5.1-1.6-1.6L8 12.6z',
  review: 'M12 2.5 1.5 21h21L12 2.5zm1 15.5h-2v-2h2v2zm0-4h-2V9h2v5z',
  reward: 'M12 2a6.5 6.5 0 0 0-4 11.6V22l4-2.5 4 2.5v-8.4A6.5 6.5 0 0 0 12 2zm0 2.5a4 4 0 1 1 0 8 4 4 0 0 1 0-8z',
  note: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm1 15h-2v-6h2v6zm0-8h-2V7h2v2z',
  clean: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm-1.6 14.4-4.2-4.2 1.4-1.4 2.8 2.8 6-6 1.4 1.4-7.4 7.4z',
  waiting: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm1 10.4 3.6 3.6-1.4 1.4-4.2-4.2V6.5h2v5.9z',
} as const;
export type IconName = keyof typeof paths;

const svg = 'http://www.w3.org/2000/svg';

export function icon(name: IconName): SVGElement {
  const picture = document.createElementNS(svg, 'svg');
  picture.setAttribute('viewBox', '0 0 24 24');
  picture.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', paths[name]);
  picture.append(path);
  return picture;
}
