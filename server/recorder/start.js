// What the page names. The server sends the modules of the first screen inside this one, so that a slow
// line is asked once and not twenty times (server/recorder_start.py).

import "./app.js";
