// SPDX-License-Identifier: Apache-2.0
#include "tests/support/served.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "tests/support/places.hpp"

namespace eastwest::tests {

namespace {

double now_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

ServedProgram::ServedProgram(const std::string& results, const std::vector<std::string>& arguments,
                             const std::vector<std::string>& environment) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  std::vector<std::string> words = {program(), "serve", "--listen", "127.0.0.1:0", "--results", results};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> raw;
  for (std::string& word : words) raw.push_back(word.data());
  raw.push_back(nullptr);
  process_ = fork();
  REQUIRE(process_ >= 0);
  if (process_ == 0) {
    dup2(ends[1], 1);
    close(ends[0]);
    close(ends[1]);
    for (const std::string& one : environment) {
      const std::size_t equals = one.find('=');
      setenv(one.substr(0, equals).c_str(), one.substr(equals + 1).c_str(), 1);
    }
    execv(raw[0], raw.data());
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
  std::string line;
  const double end = now_seconds() + 30;
  while (line.find('\n') == std::string::npos && now_seconds() < end) {
    pollfd watched{output_, POLLIN, 0};
    if (poll(&watched, 1, 100) <= 0) continue;
    char bytes[512];
    const ssize_t count = ::read(output_, bytes, sizeof bytes);
    if (count <= 0) break;
    line.append(bytes, static_cast<std::size_t>(count));
  }
  const std::size_t at = line.find("127.0.0.1:");
  REQUIRE_MESSAGE(at != std::string::npos, "the server said: " << line);
  port_ = static_cast<std::uint16_t>(std::stoi(line.substr(at + 10)));
}

int ServedProgram::stop() {
  if (process_ < 0) return -1;
  kill(process_, SIGINT);
  int status = 0;
  const double end = now_seconds() + 30;
  while (waitpid(process_, &status, WNOHANG) == 0) {
    if (now_seconds() > end) kill(process_, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

ServedProgram::~ServedProgram() {
  stop();
  close(output_);
}

std::size_t ServedProgram::memory_bytes() const {
  std::ifstream in("/proc/" + std::to_string(process_) + "/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6)) * 1024;
  return 0;
}

Connection::Connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_port = htons(port);
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) {
    close(socket_);
    socket_ = -1;
  }
}

Connection::~Connection() {
  if (socket_ >= 0) close(socket_);
}

bool Connection::send(const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

bool Connection::fill(double seconds) {
  pollfd watched{socket_, POLLIN, 0};
  if (seconds <= 0 || poll(&watched, 1, static_cast<int>(seconds * 1000)) <= 0) return false;
  char bytes[65536];
  const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
  closed_ = closed_ || count <= 0;
  if (count <= 0) return false;
  unread_.append(bytes, static_cast<std::size_t>(count));
  return true;
}

std::string Connection::read(double seconds, std::size_t enough) {
  const double end = now_seconds() + seconds;
  while (unread_.size() < enough && fill(end - now_seconds())) {}
  return std::exchange(unread_, {});
}

Connection::Answer Connection::answer(double seconds) {
  Answer result;
  const double end = now_seconds() + seconds;
  while (unread_.find("\r\n\r\n") == std::string::npos)
    if (!fill(end - now_seconds())) return result;
  const std::size_t head = unread_.find("\r\n\r\n") + 4;
  result.head = unread_.substr(0, head);
  unread_.erase(0, head);
  if (result.head.size() > 12) result.status = std::stoi(result.head.substr(9, 3));
  const std::size_t length = result.head.find("Content-Length: ");
  const std::size_t size = length == std::string::npos ? 0 : std::stoull(result.head.substr(length + 16));
  while (unread_.size() < size)
    if (!fill(end - now_seconds())) break;
  result.body = unread_.substr(0, size);
  unread_.erase(0, size);
  return result;
}

bool Connection::upgrade(const std::string& target, const std::string& more_headers) {
  send("GET " + target +
       " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
       more_headers + "\r\n");
  const double end = now_seconds() + 20;
  while (unread_.find("\r\n\r\n") == std::string::npos)
    if (!fill(end - now_seconds())) return false;
  const bool given = unread_.starts_with("HTTP/1.1 101");
  unread_.erase(0, unread_.find("\r\n\r\n") + 4);
  return given;
}

std::optional<std::string> Connection::message(double seconds) {
  const double end = now_seconds() + seconds;
  const auto want = [&](std::size_t size) {
    while (unread_.size() < size)
      if (!fill(end - now_seconds())) return false;
    return true;
  };
  while (true) {
    if (!want(2)) return std::nullopt;
    const unsigned kind = static_cast<unsigned char>(unread_[0]) & 15u;
    std::size_t size = static_cast<unsigned char>(unread_[1]) & 127u;
    std::size_t head = 2;
    if (size == 126 || size == 127) {
      head = size == 126 ? 4 : 10;
      if (!want(head)) return std::nullopt;
      size = 0;
      for (std::size_t k = 2; k < head; ++k) size = size << 8 | static_cast<unsigned char>(unread_[k]);
    }
    if (!want(head + size)) return std::nullopt;
    std::string text = unread_.substr(head, size);
    unread_.erase(0, head + size);
    if (kind == 1) return text;
    closed_ = closed_ || kind == 8;
    if (kind == 8) return std::nullopt;
  }
}

Connection::Answer http_get(std::uint16_t port, const std::string& target, const std::string& more_headers) {
  Connection connection(port);
  connection.send("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + more_headers + "\r\n");
  return connection.answer();
}

Connection::Answer http_post(std::uint16_t port, const std::string& target, const std::string& body, const std::string& more_headers,
                             const std::string& type) {
  Connection connection(port);
  connection.send("POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: " + type +
                  "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more_headers + "\r\n" + body);
  return connection.answer();
}

}  // namespace eastwest::tests
