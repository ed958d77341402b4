//! Interop with the JavaScript peer, npm `capnweb`.

mod js_to_js;
