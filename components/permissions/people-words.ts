/** "nobody yet", "one person", "12 people" */
export function peopleWords(people: number): string {
  return people === 0 ? "nobody yet" : people === 1 ? "one person" : `${people.toLocaleString("en")} people`;
}
