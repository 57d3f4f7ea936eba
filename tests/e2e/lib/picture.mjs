// takePicture: a picture of the page in build/pictures, to be looked at; and that nothing sticks out.
import { join } from "node:path";
import { expect } from "./expect.mjs";

export async function takePicture(world, page, name) {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.screenshot({ path: join(world.pictureFolder, `${name}.png`) });
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(excess <= 0, `the page is ${excess} px too wide`);
}
