// Starts the console.

import { Desk } from "./desk.js";

const root = document.getElementById("console");
if (root) await new Desk(root).start();
