// The first program of the page, in a language that old browsers know. It says what is missing, or
// starts the page.
"use strict";

function complain(text) {
    var state = document.getElementById("state");
    state.className = "wrong";
    state.textContent = text;
}

document.getElementById("state").textContent = "Loading.";
if (location.protocol === "file:")
    complain("This page was opened as a file, and browsers let no file read others. It must come " +
             "from a web server: type \"python3 -m http.server\" in its folder, and open the address " +
             "that it prints; or use \"./baton web\", which does so.");
else if (typeof WebAssembly !== "object")
    complain("This browser has no WebAssembly, which the emulator needs. Another browser, or another " +
             "setting of this one, may have it.");
else
    import("./page.js").catch(function (error) {
        complain("A file of this page did not come, or is damaged; make the folder anew with " +
                 "\"./baton web -o DIR\". The browser says: " + error.message);
    });
