// syncline/vite: placeholder shape
export function syncline(_options: { functions?: string } = {}): { name: string } {
  return { name: "syncline" };
}
