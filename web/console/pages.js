// Every page of the console, in the order in which their lists stand at the left.

/** @import {Page} from "./types" */
import { appeals } from "./appeals.js";
import { confirm } from "./confirm.js";
import { figures } from "./figures.js";
import { log } from "./log.js";
import { people } from "./people.js";
import { queue } from "./queue/page.js";
import { search } from "./search.js";
import { settings } from "./settings.js";
import { threads } from "./threads.js";

/** @type {Page[]} */
export const pages = [queue, appeals, confirm, people, search, figures, log, threads, settings];
