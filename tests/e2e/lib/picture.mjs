// takePicture: a picture of the page in build/pictures, to be looked at; and that nothing sticks out.
import { join } from "node:path";
import { expectSoon } from "./expect.mjs";

export async function takePicture(world, page, name) {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.screenshot({ path: join(world.pictureFolder, `${name}.png`) });
  const excess = () =>
    page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
  await expectSoon(excess, 0, "pixels that the page is too wide");
}
