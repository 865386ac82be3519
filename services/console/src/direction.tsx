import { useTexts } from './language.tsx';

/** What a list does to its subjects: an honour is red with a ribbon, a punishment slate with a gavel (product §B.7). */
export type Direction = 'PUNISH' | 'REWARD' | 'FOCUS';

export function directionOf(listType: string): Direction {
  if (listType === 'RED') return 'REWARD';
  return listType === 'FOCUS' ? 'FOCUS' : 'PUNISH';
}

const icons: Readonly<Record<Direction, React.ReactNode>> = {
  REWARD: (
    <>
      <circle cx="8" cy="6" r="4.2" />
      <path d="M5.6 9.6 4.4 14.4 8 12.5l3.6 1.9-1.2-4.8" />
    </>
  ),
  PUNISH: <path d="m8.6 2.3 4.3 4.3M6.5 4.4l4.3 4.3M9.7 3.4 7.6 5.5m4.2.1L9.7 7.7M8.2 7 3 12.2M8.7 14h5" />,
  FOCUS: (
    <>
      <path d="M1.6 8S4 3.8 8 3.8 14.4 8 14.4 8 12 12.2 8 12.2 1.6 8 1.6 8z" />
      <circle cx="8" cy="8" r="1.9" />
    </>
  ),
};

export function DirectionTag({ listType, text }: { readonly listType: string; readonly text?: string }) {
  const texts = useTexts();
  const direction = directionOf(listType);
  return (
    <span className={`direction direction-${direction.toLowerCase()}`}>
      <svg
        viewBox="0 0 16 16"
        width="14"
        height="14"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
        aria-hidden="true"
      >
        {icons[direction]}
      </svg>
      {text === undefined ? texts.directions[direction] : `${texts.directions[direction]} · ${text}`}
    </span>
  );
}
