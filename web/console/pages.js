// Every page of the console, in the order in which their lists stand at the left.

/** @import {Page} from "./types" */
import { queue } from "./queue.js";

/** @type {Page[]} */
export const pages = [queue];
