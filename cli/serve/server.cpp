// SPDX-License-Identifier: Apache-2.0
// One file, though long: session, viewer and server hold each other up while connections come and go, and Beast takes a quarter of a minute to compile.
#include "cli/serve/server.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace eastwest::cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;

constexpr std::uint32_t kHeaderMost = 16 * 1024;
constexpr std::uint64_t kBodyMost = (std::uint64_t{1} << 20) * 2;  // of JSON, in which a scenario of 1 MiB has escapes
constexpr std::size_t kLinesMost = 16;
constexpr auto kRequestTime = std::chrono::seconds(20);
constexpr auto kQuietTime = std::chrono::seconds(60);
constexpr auto kAnswerTime = std::chrono::seconds(60);
constexpr auto kEndTime = std::chrono::seconds(20);

class Server;
using Line = std::shared_ptr<const std::string>;

double seconds_now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// One viewer of a run.
class Viewer : public std::enable_shared_from_this<Viewer> {
 public:
  Viewer(beast::tcp_stream&& stream, Server& server, std::uint32_t run);
  ~Viewer();
  void accept(const http::request<http::string_body>& request);
  void push(const Line& line);
  /// The run's feed has ended: what is queued is sent, and then the end.
  void finish();
  void drop();

 private:
  void read();
  void write();
  void left();

  websocket::stream<beast::tcp_stream> socket_;
  Server& server_;
  const std::uint32_t run_;
  beast::flat_buffer buffer_;
  std::deque<Line> queue_;
  bool writing_ = false;
  bool open_ = false;
  bool ending_ = false;
  bool gone_ = false;
};

/// One connection and its requests.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket&& socket, Server& server);
  ~Session();
  void start();

 private:
  void read(std::chrono::seconds time);
  void handle();
  template <class Body>
  void write(std::shared_ptr<http::response<Body>> response);
  template <class Body>
  void write_some(const std::shared_ptr<http::response<Body>>& response,
                  const std::shared_ptr<http::response_serializer<Body>>& serializer);
  void send(ServeAnswer answer, bool head);
  void end();

  beast::tcp_stream stream_;
  Server& server_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::string address_;
};

class Server {
 public:
  explicit Server(const ServerSettings& settings)
      : settings_(settings),
        board_(settings.program, settings.serve.results, settings.board),
        answers_(settings.serve, board_),
        acceptor_(context_),
        signals_(context_, SIGINT, SIGTERM),
        children_(context_, SIGCHLD),
        timer_(context_) {}
  // Sessions and viewers that still wait for something are destroyed with the context, and take their leave of what stands before it.
  ~Server() { viewers_.clear(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Status listen() {
    beast::error_code code;
    const asio::ip::address address = asio::ip::make_address(settings_.listen.address, code);
    if (code) return Error{"`" + settings_.listen.address + "` is no address", "write it as 127.0.0.1 or ::1"};
    const tcp::endpoint place(address, settings_.listen.port);
    acceptor_.open(place.protocol(), code);
    if (!code) acceptor_.set_option(asio::socket_base::reuse_address(true), code);
    if (!code) acceptor_.bind(place, code);
    if (!code) acceptor_.listen(1024, code);
    if (code)
      return Error{"cannot listen at " + settings_.listen.address + ":" + std::to_string(settings_.listen.port) + ": " + code.message(),
                   "name another address or port with --listen"};
    return Done{};
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void run() {
    accept();
    signals_.async_wait([this](const beast::error_code& code, int) {
      if (!code) stop();
    });
    wait_for_children();
    context_.run();
  }

  ServeAnswer answer(const ServeRequest& request) {
    ServeAnswer result = answers_.answer(request, seconds_now());
    if (request.method == "POST" && !stopping_) start_runs();
    return result;
  }

  void join(const std::shared_ptr<Viewer>& viewer, std::uint32_t id) {
    const BoardRun* run = board_.find(id);
    if (run == nullptr) return viewer->drop();
    viewers_[id].insert(viewer);
    if (run->start != nullptr) viewer->push(run->start);
    // The last lines, fewer than a viewer's queue holds.
    const std::size_t count = std::min(run->lines.size(), kLinesMost / 2);
    for (std::size_t k = run->lines.size() - count; k < run->lines.size(); ++k) viewer->push(run->lines[k]);
    finish(id);
  }
  void leave(const std::shared_ptr<Viewer>& viewer, std::uint32_t id) {
    const auto found = viewers_.find(id);
    if (found == viewers_.end()) return;
    found->second.erase(viewer);
    if (found->second.empty()) viewers_.erase(found);
  }
  /// Connections that are open, as requests or as viewers.
  void count(int change) { open_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(open_) + change); }

 private:
  void accept() {
    acceptor_.async_accept([this](const beast::error_code& code, tcp::socket socket) {
      if (code == asio::error::operation_aborted) return;
      if (code) {  // no descriptors left: wait a little rather than turn in circles
        timer_.expires_after(std::chrono::milliseconds(50));
        timer_.async_wait([this](const beast::error_code& stopped) {
          if (!stopped && acceptor_.is_open()) accept();
        });
        return;
      }
      if (open_ < settings_.connections_most) std::make_shared<Session>(std::move(socket), *this)->start();
      accept();
    });
  }

  void start_runs() {
    for (const std::uint32_t id : board_.start_waiting()) {
      BoardRun* run = board_.find(id);
      auto pipe = std::make_shared<asio::posix::stream_descriptor>(context_, std::exchange(run->pipe, -1));
      feeding_.insert(id);
      read_feed(id, pipe, std::make_shared<std::array<char, 65536>>());
    }
    // A run may also end before it began.
    std::vector<std::uint32_t> watched;
    for (const auto& [id, viewers] : viewers_) watched.push_back(id);
    for (const std::uint32_t id : watched) finish(id);
  }

  void read_feed(std::uint32_t id, const std::shared_ptr<asio::posix::stream_descriptor>& pipe,
                 const std::shared_ptr<std::array<char, 65536>>& bytes) {
    pipe->async_read_some(asio::buffer(*bytes), [this, id, pipe, bytes](const beast::error_code& code, std::size_t count) {
      for (const Line& line : board_.feed(id, {bytes->data(), count})) {
        const auto found = viewers_.find(id);
        if (found == viewers_.end()) continue;
        const std::set<std::shared_ptr<Viewer>> now = found->second;  // one that fails leaves while we go round
        for (const std::shared_ptr<Viewer>& viewer : now) viewer->push(line);
      }
      if (!code) return read_feed(id, pipe, bytes);
      feeding_.erase(id);
      finish(id);
    });
  }

  /// A run has ended when its process has and its feed was read to the end.
  void finish(std::uint32_t id) {
    const BoardRun* run = board_.find(id);
    if (run == nullptr || run->state == RunState::running || run->state == RunState::waiting || feeding_.contains(id)) return;
    const auto found = viewers_.find(id);
    if (found == viewers_.end()) return;
    const std::set<std::shared_ptr<Viewer>> now = found->second;
    for (const std::shared_ptr<Viewer>& viewer : now) viewer->finish();
  }

  void wait_for_children() {
    children_.async_wait([this](const beast::error_code& code, int) {
      if (code) return;
      for (const std::uint32_t id : board_.reap()) finish(id);
      if (!stopping_) start_runs();
      else if (!board_.any_running()) return quit();
      wait_for_children();
    });
  }

  void stop() {
    stopping_ = true;
    answers_.stop();
    beast::error_code code;
    acceptor_.close(code);
    board_.cancel_all();
    if (!board_.any_running()) return quit();
    std::fputs("stopping: runs are ended, their traces stay; again to end at once\n", stderr);
    timer_.expires_after(kEndTime);
    timer_.async_wait([this](const beast::error_code& stopped) {
      if (!stopped) quit();
    });
    signals_.async_wait([this](const beast::error_code& stopped, int) {
      if (!stopped) quit();
    });
  }
  void quit() {
    board_.kill_all();
    context_.stop();
  }

  const ServerSettings& settings_;
  RunBoard board_;
  Answers answers_;
  std::map<std::uint32_t, std::set<std::shared_ptr<Viewer>>> viewers_;  // by run
  std::set<std::uint32_t> feeding_;                                     // runs whose feed is being read
  std::size_t open_ = 0;
  bool stopping_ = false;
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  asio::signal_set signals_;
  asio::signal_set children_;
  asio::steady_timer timer_;
};

// --- a viewer ---------------------------------------------------------------------------------------------------------

Viewer::Viewer(beast::tcp_stream&& stream, Server& server, std::uint32_t run) : socket_(std::move(stream)), server_(server), run_(run) {
  server_.count(1);
}

Viewer::~Viewer() { server_.count(-1); }

void Viewer::accept(const http::request<http::string_body>& request) {
  beast::get_lowest_layer(socket_).expires_never();
  // What waits for a slow reader waits in our queue, which forgets, and not in the system's.
  beast::error_code ignored;
  beast::get_lowest_layer(socket_).socket().set_option(asio::socket_base::send_buffer_size(64 * 1024), ignored);
  websocket::stream_base::timeout times{};
  times.handshake_timeout = kRequestTime;
  times.idle_timeout = kQuietTime;  // a ping goes out at half of it; who does not answer is gone
  times.keep_alive_pings = true;
  socket_.set_option(times);
  socket_.read_message_max(4096);
  socket_.async_accept(request, [self = shared_from_this()](const beast::error_code& code) {
    if (code) return;
    self->open_ = true;
    self->server_.join(self, self->run_);
    self->read();
  });
}

void Viewer::read() {
  socket_.async_read(buffer_, [self = shared_from_this()](const beast::error_code& code, std::size_t) {
    if (code) return self->left();
    self->buffer_.consume(self->buffer_.size());  // a viewer has nothing to say
    self->read();
  });
}

void Viewer::push(const Line& line) {
  if (gone_ || ending_) return;
  // The first in the queue is being written.
  if (queue_.size() >= kLinesMost) queue_.erase(queue_.begin() + (writing_ ? 1 : 0));
  queue_.push_back(line);
  if (!writing_ && open_) write();
}

void Viewer::write() {
  if (queue_.empty()) {
    if (ending_)
      socket_.async_close(websocket::close_code::normal, [self = shared_from_this()](const beast::error_code&) { self->left(); });
    return;
  }
  writing_ = true;
  socket_.text(true);
  socket_.async_write(asio::buffer(*queue_.front()), [self = shared_from_this()](const beast::error_code& code, std::size_t) {
    self->writing_ = false;
    if (code) return self->left();
    self->queue_.pop_front();
    self->write();
  });
}

void Viewer::finish() {
  if (std::exchange(ending_, true)) return;
  if (!writing_ && open_) write();
}

void Viewer::drop() { beast::get_lowest_layer(socket_).close(); }

void Viewer::left() {
  if (std::exchange(gone_, true)) return;
  server_.leave(shared_from_this(), run_);
}

// --- a session --------------------------------------------------------------------------------------------------------

Session::Session(tcp::socket&& socket, Server& server) : stream_(std::move(socket)), server_(server) { server_.count(1); }

Session::~Session() { server_.count(-1); }

void Session::start() {
  beast::error_code code;
  const tcp::endpoint peer = stream_.socket().remote_endpoint(code);
  if (code) return;
  address_ = peer.address().to_string(code);
  // A customer of an IPv6 network has 2^64 addresses: they are one.
  if (peer.address().is_v6()) {
    const asio::ip::address_v6::bytes_type bytes = peer.address().to_v6().to_bytes();
    address_.assign(bytes.begin(), bytes.begin() + 8);
  }
  stream_.socket().set_option(tcp::no_delay(true), code);
  read(kRequestTime);
}

void Session::read(std::chrono::seconds time) {
  parser_.emplace();
  parser_->header_limit(kHeaderMost);
  parser_->body_limit(kBodyMost);
  stream_.expires_after(time);
  http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](const beast::error_code& code, std::size_t) {
    if (!code) return self->handle();
    if (code == http::error::end_of_stream) return self->end();
    if (code == http::error::body_limit || code == http::error::header_limit ||
        code.category() == beast::error_code(http::error::bad_method).category()) {
      ServeAnswer answer;
      answer.status = code == http::error::body_limit ? 413 : code == http::error::header_limit ? 431 : 400;
      answer.type = "application/json";
      answer.body = "{\"error\":\"" +
                    std::string(code == http::error::body_limit     ? "the body is too long"
                                : code == http::error::header_limit ? "the header is too long"
                                                                    : "this is no HTTP request") +
                    "\"}\n";
      self->parser_.emplace();
      self->parser_->get().keep_alive(false);
      self->send(std::move(answer), false);
    }
  });
}

void Session::handle() {
  http::request<http::string_body> message = parser_->release();
  const auto field = [&](http::field name) {
    const auto found = message.find(name);
    return found == message.end() ? std::string() : std::string(found->value());
  };
  ServeRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  request.host = field(http::field::host);
  request.origin = field(http::field::origin);
  request.authorization = field(http::field::authorization);
  request.cookies = field(http::field::cookie);
  request.content_type = field(http::field::content_type);
  request.body = std::move(message.body());
  request.address = address_;
  request.socket = websocket::is_upgrade(message);
  message.body().clear();
  ServeAnswer answer = server_.answer(request);
  if (answer.live_run && request.socket) {
    stream_.expires_never();
    std::make_shared<Viewer>(std::move(stream_), server_, *answer.live_run)->accept(message);
    return;
  }
  const bool keep = message.keep_alive();
  parser_.emplace();
  parser_->get().version(message.version());
  parser_->get().keep_alive(keep);
  send(std::move(answer), request.method == "HEAD");
}

void Session::send(ServeAnswer answer, bool head) {
  const http::request<http::string_body>& asked = parser_->get();
  const auto fill = [&](auto& response) {
    response.version(11);
    response.result(answer.status);
    response.set(http::field::server, "eastwest");
    response.set(http::field::content_type, answer.type);
    for (const auto& [name, value] : answer.headers) response.set(name, value);
    response.keep_alive(asked.keep_alive());
  };
  std::uint64_t size = answer.body.size();
  if (!answer.file.empty()) {
    http::file_body::value_type file;
    beast::error_code code;
    file.open(answer.file.c_str(), beast::file_mode::scan, code);
    if (code) answer.status = 404;
    else size = file.size();
    if (!code && !head) {
      auto response = std::make_shared<http::response<http::file_body>>(std::piecewise_construct, std::make_tuple(std::move(file)));
      fill(*response);
      response->prepare_payload();
      return write(std::move(response));
    }
  }
  if (head) {
    auto response = std::make_shared<http::response<http::empty_body>>();
    fill(*response);
    response->content_length(size);
    return write(std::move(response));
  }
  auto response = std::make_shared<http::response<http::string_body>>();
  fill(*response);
  response->body() = std::move(answer.body);
  response->prepare_payload();
  write(std::move(response));
}

template <class Body>
void Session::write(std::shared_ptr<http::response<Body>> response) {
  write_some(response, std::make_shared<http::response_serializer<Body>>(*response));
}

/// Piece by piece, so that the time limit is that of a piece: a large trace may take as long as the line is slow.
template <class Body>
void Session::write_some(const std::shared_ptr<http::response<Body>>& response,
                         const std::shared_ptr<http::response_serializer<Body>>& serializer) {
  stream_.expires_after(kAnswerTime);
  http::async_write_some(stream_, *serializer,
                         [self = shared_from_this(), response, serializer](const beast::error_code& code, std::size_t) {
                           if (code) return;
                           if (!serializer->is_done()) return self->write_some(response, serializer);
                           if (response->need_eof()) return self->end();
                           self->read(kQuietTime);
                         });
}

void Session::end() {
  beast::error_code code;
  stream_.socket().shutdown(tcp::socket::shutdown_send, code);
}

}  // namespace

Result<ListenAt> read_listen(const std::string& text) {
  ListenAt at;
  const std::size_t colon = text.rfind(':');
  std::string port = colon == std::string::npos ? text : text.substr(colon + 1);
  if (colon != std::string::npos && colon > 0) at.address = text.substr(0, colon);
  if (at.address.starts_with('[') && at.address.ends_with(']')) at.address = at.address.substr(1, at.address.size() - 2);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), at.port);
  if (port.empty() || error != std::errc{} || end != port.data() + port.size())
    return Error{"`" + text + "` is no address with a port", "write it as 127.0.0.1:8080, [::1]:8080 or :8080"};
  return at;
}

Result<bool> is_loopback_address(const std::string& address) {
  beast::error_code code;
  const asio::ip::address read = asio::ip::make_address(address, code);
  if (code) return Error{"`" + address + "` is no address", "write it as 127.0.0.1 or ::1"};
  return read.is_loopback();
}

Status run_server(const ServerSettings& settings) {
  // A thousand viewers need a thousand descriptors.
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
  }
  std::signal(SIGPIPE, SIG_IGN);
  Server server(settings);
  if (const Status listening = server.listen(); !listening) return listening;
  const bool v6 = settings.listen.address.find(':') != std::string::npos;
  std::printf("eastwest serve: http://%s%s%s:%u/ (results in %s)\n", v6 ? "[" : "", settings.listen.address.c_str(), v6 ? "]" : "",
              static_cast<unsigned>(server.port()), settings.serve.results.string().c_str());
  std::fflush(stdout);
  server.run();
  return Done{};
}

}  // namespace eastwest::cli
