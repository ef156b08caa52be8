// Starts the console.

import { Desk } from "./desk.js";

const root = document.getElementById("console");
if (root) {
  const desk = new Desk(root);
  try {
    await desk.start();
  } catch (error) {
    desk.tell(error);
  }
}
