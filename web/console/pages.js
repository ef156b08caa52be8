// Every page of the console, in the order in which their lists stand at the left.

/** @import {Page} from "./types" */
import { confirm } from "./confirm.js";
import { queue } from "./queue/page.js";
import { search } from "./search.js";

/** @type {Page[]} */
export const pages = [queue, confirm, search];
