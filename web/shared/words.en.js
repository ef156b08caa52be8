// Every English string of the thread element. Each entry says in a comment where
// it stands, for translators. `{name}` is filled in; an entry with `one` and
// `other` is chosen by `{n}`. Choosing and filling is words.js.

/** The language's tag, and the direction in which it is written. */
export const language = { tag: "en", dir: "ltr" };

export const en = {
  // --- the head of the thread ---
  // Heading before the list, with the number of published comments.
  heading: { one: "{n} comment", other: "{n} comments" },
  // Heading while nothing has been read yet.
  heading_plain: "Comments",
  // Label of the order menu, beside it.
  sort_label: "Order",
  // Choice in the order menu: in order of posting.
  sort_oldest: "oldest first",
  // Choice in the order menu: the latest on top.
  sort_newest: "newest first",
  // Choice in the order menu: by votes.
  sort_top: "top first",
  // Line at the end of the head; {name} is the reader's display name.
  signed_in_as: "Signed in as {name}",
  // Button that ends the session.
  sign_out: "sign out",
  // Line for moderators: what waits in this thread.
  mod_counts: "{held} held, {hidden} hidden, {flagged} flagged",

  // --- the list ---
  // Name of the list for screen readers.
  list_label: "Comments",
  // Said to screen readers while the first page is on its way.
  loading: "Reading the comments.",
  // Stands where the list would be when nobody has written yet.
  empty: "Nobody has written here yet. The first word is yours.",
  // The first page could not be read.
  load_failed: "The comments could not be read. {why}",
  // Button after any failure.
  try_again: "try again",
  // Button after the replies of one comment; loads the rest in place.
  more_replies: { one: "{n} more reply", other: "{n} more replies" },
  // Button under a comment none of whose replies are loaded.
  all_replies: { one: "{n} reply", other: "{n} replies" },
  // Button at the end of the list.
  more_comments: { one: "{n} more comment", other: "{n} more comments" },
  // Said to screen readers when more has been loaded.
  more_loaded: { one: "{n} comment loaded.", other: "{n} comments loaded." },
  // Button, for screen readers: folds the replies of {name}.
  fold: "Fold the replies to {name}",
  // Button that stands in place of folded replies.
  unfold: { one: "{n} reply folded", other: "{n} replies folded" },
  // Bar above the list; reads the list again.
  new_comments: { one: "{n} new comment", other: "{n} new comments" },
  // A permalink led to a comment that is not there for this reader.
  link_gone: "The comment of this link is not here any more.",

  // --- one comment ---
  // Before the outline number, for screen readers only.
  number_prefix: "Comment",
  // Dot after the name, for screen readers and as tooltip.
  online: "online",
  // The same, not online.
  offline: "offline",
  // After the name, when the author moderates this site.
  badge_moderator: "moderator",
  // After the name, when the author administers the service.
  badge_admin: "admin",
  // After the time, when the text was changed later.
  edited: "edited",
  // After the time: kept at the top by a moderator.
  pinned: "pinned",
  // After the time: no more replies below this comment.
  locked: "no more replies",
  // Above the text where the tree is too deep to indent; {number} is a link.
  in_reply_to: "in reply to {number}",
  // In place of the name when the account is gone.
  no_author: "account removed",
  // In place of a text its author took back.
  gone_author: "deleted by its author",
  // In place of a hidden text; {reason} is one of the reason_ words.
  gone_moderator: "hidden by a moderator: {reason}",
  // The same when no reason is known.
  gone_moderator_plain: "hidden by a moderator",
  // In place of a text hidden by a rule of the site.
  gone_rule: "hidden by a rule: {reason}",
  // The same when no reason is known.
  gone_rule_plain: "hidden by a rule",
  // In place of somebody else's text that a moderator has yet to read.
  gone_held: "waiting for a moderator",
  // Under the reader's own comment that is not public yet.
  held_mine: "waiting for a moderator, only you can see this",
  // Under the reader's own hidden comment.
  hidden_mine: "only you and the moderators can see the text",
  // Before the words the moderator wrote to the author.
  told: "The moderator says: {text}",
  // Under a comment on its way to the server.
  sending: "sending",
  // Said to screen readers when a comment has been published.
  sent: "Your comment is published.",
  // Said to screen readers when a comment was held.
  sent_held: "Your comment is waiting for a moderator. Only you can see it.",
  // Under a comment that did not get through; {why} is a sentence.
  not_sent: "Not sent. {why}",
  // Under a comment kept from an earlier visit.
  not_sent_before: "It was not sent when you left the page.",
  // Button: takes a comment that did not get through back into the text field.
  back_to_text: "change the text",
  // Button: throws it away.
  discard: "discard",

  // --- what can be done with a comment ---
  // Name of the row of buttons, for screen readers.
  actions_label: "Actions for comment {number}",
  reply: "reply", // button
  share: "share", // button: copies the link
  edit: { one: "edit ({n} minute left)", other: "edit ({n} minutes left)" }, // button
  delete: "delete", // button
  flag: "flag", // button: opens the sheet
  hide: "hide", // button, moderators only
  restore: "restore", // button, moderators only: shows a hidden comment again
  show_text: "show the text", // button, moderators only, on a hidden comment
  // Said, and shown beside the button, after the link went to the clipboard.
  link_copied: "Link copied.",
  // The clipboard was refused.
  link_not_copied: "The link could not be copied. It is in the address bar now.",
  // Buttons, for screen readers; the score stands between them.
  vote_up: "Vote up",
  vote_down: "Vote down",
  // The score, for screen readers.
  score: "score {n}",
  // The question before deleting; two buttons follow.
  delete_sure: "Delete this comment for good?",
  // Answers to it.
  delete_yes: "delete",
  delete_no: "keep",
  // Said after deleting.
  deleted: "Your comment is deleted.",
  // Said after a change was saved.
  saved: "Your change is saved.",
  // Said after a change that a moderator has to read.
  saved_held: "Your change is waiting for a moderator. Only you can see it.",

  // --- writing ---
  // Label of the text field at the top.
  write_label: "Your comment",
  // Label of the text field under a comment.
  reply_label: "Your reply to {name}",
  // Label of the text field when changing one's own comment.
  edit_label: "Change your comment",
  // Shown in the empty text field at the top.
  write_placeholder: "What do you think?",
  // Names of the two tabs.
  tab_write: "Write",
  tab_preview: "Preview",
  // Name of the pair of tabs, for screen readers.
  tabs_label: "Text field",
  // Beside the tabs: what the markup is. The signs stay as they are.
  markup_hint: "Markdown: *italic*, **bold**, > quote, `code`",
  // In the preview when nothing is written.
  preview_empty: "Nothing to show yet.",
  // In the preview while it is on its way.
  preview_wait: "One moment.",
  // Buttons.
  send: "Send",
  save: "Save",
  cancel: "cancel",
  // Beside the button: the keys that do the same. "Ctrl" or "⌘" is {key}.
  send_keys: "{key} + Enter sends",
  // Near the end of the room for the text.
  chars_left: { one: "{n} character left", other: "{n} characters left" },
  // Beyond it.
  chars_over: { one: "{n} character too many", other: "{n} characters too many" },
  // Under an empty field that was sent.
  write_something: "Write something first.",
  // Under the field of a reader who has not signed in.
  invitation: "You can write first: your text waits here and is sent once you have signed in.",
  // In place of the field when the thread is closed.
  thread_locked: "This thread is closed. The comments stay to be read.",
  // In place of the field when this person may not write.
  may_not_post: "You cannot write here at the moment.",
  may_not_muted: "You are muted here. You can read, and see the decisions about you.",
  may_not_suspended: "Your account is suspended. You can read, and see the decisions about you.",
  // Above the field.
  premoderated: "A moderator reads each comment here before it appears.",
  slow_mode: { one: "One comment per person every {n} second.", other: "One comment per person every {n} seconds." },

  // --- signing in ---
  // Buttons that open the form, and its headings.
  sign_in: "Sign in",
  register: "Create an account",
  // Lines above the form: why it is there now.
  sign_in_to_send: "Your text is kept. It is sent as soon as you are signed in.",
  sign_in_to_act: "Sign in first; then it is done for you.",
  session_over: "You were signed out meanwhile. Sign in again; your text is kept.",
  // Fields.
  identifier: "Login or e-mail",
  login: "Login",
  password: "Password",
  display_name: "Name shown to others (optional)",
  email: "E-mail (optional, shown to nobody)",
  // Under the fields of the account form.
  login_hint: "2 to 32 letters or digits, of any script.",
  password_hint: "15 characters or more. A sentence is fine.",
  // Button that shows what is typed in the password field.
  password_show: "show",
  password_hide: "hide",
  // Lines that change the form; each ends with a button.
  have_no_account: "No account yet?",
  have_account: "An account already?",
  // Said after signing in.
  welcome: "You are signed in as {name}.",
  // Said after signing out.
  goodbye: "You are signed out.",

  // --- flagging ---
  // Heading of the sheet.
  flag_title: "Flag this comment",
  // Above the reasons.
  flag_lead: "What is wrong with it?",
  // Optional text.
  flag_note: "Anything a moderator should know (optional)",
  // What happens next.
  flag_next: "A moderator reads it. The author is not told who flagged. You will see the outcome here.",
  // Button.
  flag_send: "Send the flag",
  // Shown when no reason was chosen.
  flag_choose: "Choose a reason first.",
  // Said afterwards.
  flag_sent: "Thank you. A moderator will read it.",
  // Line under a comment this reader has flagged; a button follows while open.
  flag_open: "You flagged this. A moderator has yet to read it.",
  flag_upheld: "You flagged this. A moderator agreed.",
  flag_dismissed: "You flagged this. A moderator read it and let it stand.",
  flag_withdraw: "take the flag back",
  flag_withdrawn: "Your flag is taken back.",

  // Reasons, as a reader would say them; also used in "hidden by a moderator: …".
  reason_spam: "spam or advertising",
  reason_harassment: "harassment",
  reason_hate: "hatred against a group",
  reason_violence: "threat or praise of violence",
  reason_sexual: "sexual content",
  reason_misinformation: "false information",
  reason_off_topic: "off topic",
  reason_illegal: "against the law",
  reason_other: "something else",
  reason_rule_violation: "against the rules of this site",

  // --- moderating ---
  // Label of the menu of reasons.
  mod_reason: "Reason",
  // Label of an optional text.
  mod_public_text: "What the author is told (optional)",
  // Bar after an act, before the button "undo".
  mod_hidden: "Comment {number} is hidden.",
  mod_restored: "Comment {number} is shown again.",
  undo: "undo",
  undone: "Taken back.",
  // Why nothing was changed.
  conflict_stale_version: "Somebody changed this comment meanwhile. It has been read again; look once more.",
  conflict_wrong_state: "This comment is in another state by now. It has been read again.",
  conflict_not_found: "This comment is not here any more.",

  // --- what went wrong: a sentence of what happened, and what to do ---
  problem_network: "We could not reach the server. Your text is kept.",
  problem_unknown: "The server could not do it. Try again in a moment.",
  problem_wait: { one: "That was too fast. Try again in {n} second.", other: "That was too fast. Try again in {n} seconds." },
  problem_rate_limited: "That was too fast. Try again in a moment.",
  problem_slow_mode: "This thread takes one comment at a time. Try again in a moment.",
  problem_sign_in_required: "Sign in first.",
  problem_invalid_credentials: "The login or the password is not right.",
  problem_session_ended: "You were signed out. Sign in again.",
  problem_invalid_token: "You were signed out. Sign in again.",
  problem_token_expired: "You were signed out. Sign in again.",
  problem_forbidden: "This is not open to you.",
  problem_muted: "You are muted here; you can read, and delete what is yours.",
  problem_account_suspended: "Your account is suspended; you can read, but not write.",
  problem_not_found: "It is not here any more.",
  problem_login_taken: "This login is taken. Choose another.",
  problem_stale_version: "This comment was changed meanwhile. Read it again before you save.",
  problem_thread_locked: "This thread is closed. Your text is kept.",
  problem_parent_unavailable: "The comment you reply to is not open for replies any more. Your text is kept.",
  problem_too_deep: "This branch is too deep for another reply. Reply further up.",
  problem_edit_window_closed: "The time for changing this comment is over.",
  problem_already_flagged: "You have flagged this already.",
  problem_already_undone: "This was taken back already.",
  problem_overloaded: "The server is busy. Your text is kept; try again in a moment.",
  problem_storage_full: "The server cannot take new comments at the moment. Your text is kept.",
};
