// Dates: days and times in the person's own language and time zone. Numbers are milliseconds.
const dayTime = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const day = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
});
const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const narrowWeekday = new Intl.DateTimeFormat(undefined, { weekday: "narrow" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const month = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "long",
  year: "numeric",
});

export const hourMs = 3_600_000;

/** "Mon, 16 Nov, 09:00 – 11:00", or with both days where they differ. */
export function formatPeriod(start: number, end: number): string {
  return startOfDay(start) === startOfDay(end)
    ? `${dayTime.format(start)} – ${time.format(end)}`
    : `${day.format(start)} – ${day.format(end)}`;
}

export function formatDayTime(at: number): string {
  return dayTime.format(at);
}

/** "16 – 22 November 2026" */
export function formatRange(from: number, lastDay: number): string {
  return month.formatRange(from, lastDay);
}

/** "Mon", or "M" where there is little room. */
export function weekdayName(at: number, narrow: boolean): string {
  return (narrow ? narrowWeekday : weekday).format(at);
}

export function startOfDay(at: number): number {
  const date = new Date(at);
  date.setHours(0, 0, 0, 0);
  return date.getTime();
}

/** The same time of day, `count` days later; days of 23 and 25 hours included. */
export function addDays(at: number, count: number): number {
  const date = new Date(at);
  date.setDate(date.getDate() + count);
  return date.getTime();
}

/** The Monday of the week. */
export function startOfWeek(at: number): number {
  const first = startOfDay(at);
  return addDays(first, -((new Date(first).getDay() + 6) % 7));
}

/** 2026-11-16 */
export function toDayText(at: number): string {
  return toInputText(at).slice(0, 10);
}

export function fromDayText(text: string): number {
  return new Date(`${text}T00:00`).getTime();
}

/** The value of a datetime-local field: 2026-11-16T09:00 */
export function toInputText(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** NaN if the field is empty or no date. */
export function fromInputText(text: string): number {
  return new Date(text).getTime();
}
