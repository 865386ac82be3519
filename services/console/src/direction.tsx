import { useTexts } from './language.tsx';

/** What a list does to its subjects: an honour is red with a ribbon, a punishment slate with a gavel (product §B.7); the others only draw attention. */
type Direction = 'PUNISH' | 'REWARD' | 'FOCUS' | 'ABNORMAL';

const directionByType: Readonly<Record<string, Direction>> = { BLACK: 'PUNISH', RED: 'REWARD', FOCUS: 'FOCUS', ABNORMAL: 'ABNORMAL' };

function directionOf(listType: string): Direction {
  return directionByType[listType] ?? 'ABNORMAL';
}

const icons: Readonly<Record<Direction, React.ReactNode>> = {
  REWARD: (
    <>
      <circle cx="8" cy="6" r="4.2" />
      <path d="M5.6 9.6 4.4 14.4 8 12.5l3.6 1.9-1.2-4.8" />
    </>
  ),
  PUNISH: <path d="m8.6 2.3 4.3 4.3M6.5 4.4l4.3 4.3M9.7 3.4 7.6 5.5m4.2.1L9.7 7.7M8.2 7 3 12.2M8.7 14h5" />,
  ABNORMAL: (
    <>
      <path d="M8 2.2 14.6 13.6H1.4z" />
      <path d="M8 6.6v3.2m0 1.7v.1" />
    </>
  ),
  FOCUS: (
    <>
      <path d="M1.6 8S4 3.8 8 3.8 14.4 8 14.4 8 12 12.2 8 12.2 1.6 8 1.6 8z" />
      <circle cx="8" cy="8" r="1.9" />
    </>
  ),
};

interface DirectionTagProps {
  readonly listType: string;
  /** In place of the direction's own word. */
  readonly text?: string;
}

export function DirectionTag({ listType, text }: DirectionTagProps) {
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
      {text ?? texts.directions[direction]}
    </span>
  );
}
