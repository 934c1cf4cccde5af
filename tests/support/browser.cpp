// SPDX-License-Identifier: Apache-2.0
#include "tests/support/browser.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {

namespace {

using Json = nlohmann::json;
constexpr int kPatienceMs = 120'000;

std::string found_chromium() {
  const char* path = std::getenv("PATH");
  std::string folders = path == nullptr ? "/usr/bin" : path;
  for (std::size_t at = 0; at <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', at), folders.size());
    const std::string candidate = folders.substr(at, end - at) + "/chromium";
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    at = end + 1;
  }
  return {};
}

}  // namespace

struct Browser::State {
  TemporaryDirectory profile;
  pid_t child = -1;
  int in = -1;   // we write
  int out = -1;  // we read
  int next = 0;
  std::string session;
  std::string buffer;
  std::vector<Json> events;

  Json read() {
    for (;;) {
      const std::size_t end = buffer.find('\0');
      if (end != std::string::npos) {
        Json message = Json::parse(buffer.substr(0, end));
        buffer.erase(0, end + 1);
        return message;
      }
      pollfd wait{out, POLLIN, 0};
      if (poll(&wait, 1, kPatienceMs) <= 0) throw std::runtime_error("the browser does not answer");
      std::array<char, 65536> part{};
      const ssize_t got = ::read(out, part.data(), part.size());
      if (got <= 0) throw std::runtime_error("the browser has gone");
      buffer.append(part.data(), static_cast<std::size_t>(got));
    }
  }
  Json call(const std::string& method, Json parameters = Json::object()) {
    Json message = {{"id", ++next}, {"method", method}, {"params", std::move(parameters)}};
    if (!session.empty()) message["sessionId"] = session;
    const std::string text = message.dump() + '\0';
    for (std::size_t sent = 0; sent < text.size();) {
      const ssize_t wrote = write(in, text.data() + sent, text.size() - sent);
      if (wrote <= 0) throw std::runtime_error("the browser does not listen");
      sent += static_cast<std::size_t>(wrote);
    }
    for (;;) {
      Json answer = read();
      if (answer.value("id", -1) != next) {
        if (answer.contains("method")) events.push_back(std::move(answer));
        continue;
      }
      if (answer.contains("error")) throw std::runtime_error(method + ": " + answer["error"].dump());
      return answer["result"];
    }
  }
};

std::unique_ptr<Browser> Browser::start() {
  const std::string program = found_chromium();
  if (program.empty()) return nullptr;
  auto state = std::make_unique<State>();
  std::array<int, 2> to{}, from{};
  if (pipe2(to.data(), O_CLOEXEC) != 0 || pipe2(from.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe for the browser");
  const std::string profile = "--user-data-dir=" + state->profile.path().string();
  state->child = fork();
  if (state->child == 0) {
    setpgid(0, 0);
    // Out of the way first: the pipes may themselves be 3 and 4.
    const int read_end = fcntl(to[0], F_DUPFD, 100), write_end = fcntl(from[1], F_DUPFD, 100), nothing = ::open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(nothing, 1);
    dup2(nothing, 2);
    dup2(read_end, 3);
    dup2(write_end, 4);
    execl(program.c_str(), program.c_str(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
          "--remote-debugging-pipe", profile.c_str(), "about:blank", nullptr);
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  state->in = to[1];
  state->out = from[0];
  signal(SIGPIPE, SIG_IGN);  // a browser that has gone is an exception, not the end
  const std::string target = state->call("Target.createTarget", {{"url", "about:blank"}})["targetId"];
  state->session = state->call("Target.attachToTarget", {{"targetId", target}, {"flatten", true}})["sessionId"];
  for (const char* domain : {"Page", "Runtime", "Log", "Network"}) state->call(std::string(domain) + ".enable");
  return std::unique_ptr<Browser>(new Browser(std::move(state)));
}

Browser::Browser(std::unique_ptr<State> state) : state_(std::move(state)) {}

Browser::~Browser() {
  close(state_->in);
  close(state_->out);
  kill(-state_->child, SIGKILL);  // it and the processes that it started
  kill(state_->child, SIGKILL);
  waitpid(state_->child, nullptr, 0);
}

void Browser::size(int width, int height) {
  state_->call("Emulation.setDeviceMetricsOverride", {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", false}});
}

void Browser::media(const std::string& scheme, const std::string& medium) {
  state_->call("Emulation.setEmulatedMedia",
               {{"media", medium}, {"features", Json::array({{{"name", "prefers-color-scheme"}, {"value", scheme}}})}});
}

void Browser::open(const std::string& path, const std::string& ready) {
  state_->events.clear();
  const bool served = path.starts_with("http://");
  state_->call("Page.navigate", {{"url", served ? path : "file://" + path}});
  const std::string there = served ? "location.protocol === 'http:'" : "location.protocol === 'file:'";
  const auto begun = std::chrono::steady_clock::now();
  while (evaluate(there + " && document.readyState === 'complete' && (" + ready + ") ? true : false") != "true") {
    if (std::chrono::steady_clock::now() - begun > std::chrono::milliseconds(kPatienceMs))
      throw std::runtime_error("the page did not become ready: " + evaluate("document.body.innerText.slice(0, 300)"));
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  }
}

std::string Browser::evaluate(const std::string& expression) {
  const Json result = state_->call("Runtime.evaluate",
                                   {{"expression", expression}, {"awaitPromise", true}, {"returnByValue", true}, {"userGesture", true}});
  if (result.contains("exceptionDetails")) throw std::runtime_error(result["exceptionDetails"].dump().substr(0, 1000));
  return result["result"].contains("value") ? result["result"]["value"].dump() : "undefined";
}

void Browser::move(double x, double y) { state_->call("Input.dispatchMouseEvent", {{"type", "mouseMoved"}, {"x", x}, {"y", y}}); }

void Browser::drag(double x0, double y0, double x1, double y1) {
  move(x0, y0);
  const auto button = [&](const char* type, double x, double y) {
    state_->call("Input.dispatchMouseEvent", {{"type", type}, {"x", x}, {"y", y}, {"button", "left"}, {"buttons", 1}, {"clickCount", 1}});
  };
  button("mousePressed", x0, y0);
  if (x0 != x1 || y0 != y1) button("mouseMoved", x1, y1);
  button("mouseReleased", x1, y1);
}

void Browser::key(const std::string& key) {
  for (const char* type : {"keyDown", "keyUp"}) {
    Json event = {{"type", type}, {"key", key}};
    if (key.size() == 1 && std::string(type) == "keyDown") event["text"] = key;
    state_->call("Input.dispatchKeyEvent", std::move(event));
  }
}

std::vector<std::string> Browser::problems() {
  evaluate("new Promise((done) => setTimeout(done, 50))");
  std::vector<std::string> out;
  for (const Json& event : state_->events) {
    const std::string method = event["method"];
    const bool bad =
        method == "Runtime.exceptionThrown" ||
        (method == "Runtime.consoleAPICalled" && (event["params"]["type"] == "error" || event["params"]["type"] == "warning")) ||
        (method == "Log.entryAdded" && event["params"]["entry"]["level"] == "error");
    if (bad) out.push_back(event.dump().substr(0, 600));
  }
  return out;
}

std::vector<std::string> Browser::requests() {
  evaluate("1");
  std::vector<std::string> out;
  for (const Json& event : state_->events) {
    if (event["method"] != "Network.requestWillBeSent") continue;
    const std::string url = event["params"]["request"]["url"];
    if (event["params"].value("type", "") == "Document" || url.starts_with("blob:") || url.starts_with("data:")) continue;
    out.push_back(url);
  }
  return out;
}

}  // namespace eastwest::tests
