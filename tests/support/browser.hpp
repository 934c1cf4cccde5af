// SPDX-License-Identifier: Apache-2.0
// A headless Chromium, driven over its debugging pipe: opens pages, evaluates, moves mouse and keys, tells what went wrong.
//
// Source: Chrome DevTools Protocol, `--remote-debugging-pipe`: messages end with a zero byte, in on descriptor 3, out on 4.
// Values cross as JSON text. Failures of the protocol throw, which fails the test. Where there is no Chromium `start` gives nothing, and the
// test says MESSAGE("skipped: ...") and returns.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace eastwest::tests {

class Browser {
 public:
  static std::unique_ptr<Browser> start();
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  void size(int width, int height);
  /// "light", "dark" for prefers-color-scheme; "print" or "screen".
  void media(const std::string& scheme, const std::string& medium = "screen");
  /// Opens a file, or an address that begins with http://, and waits until `ready` is true in it.
  void open(const std::string& path, const std::string& ready);
  /// The value of a JavaScript expression, awaited, as JSON text.
  std::string evaluate(const std::string& expression);
  void drag(double x0, double y0, double x1, double y1);
  void click(double x, double y) { drag(x, y, x, y); }
  void move(double x, double y);
  void key(const std::string& key);
  /// Uncaught exceptions, console errors and warnings, and log errors since `open`.
  std::vector<std::string> problems();
  /// What was asked of any network since `open`, but for the page itself.
  std::vector<std::string> requests();

 private:
  struct State;
  explicit Browser(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace eastwest::tests
