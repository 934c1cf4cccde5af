// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/answers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/digest.hpp"

namespace eastwest::embedded {
extern const std::string_view serve_html;
extern const std::string_view serve_js;
extern const std::string_view serve_css;
}  // namespace eastwest::embedded

namespace eastwest::cli {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kResultsListed = 500;
constexpr std::size_t kLogShown = 8 * 1024;
constexpr std::size_t kScenarioBytes = 1 << 20;
constexpr std::string_view kOwnPages =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'";
constexpr std::string_view kResultPages =
    "sandbox allow-scripts allow-downloads allow-modals; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; frame-ancestors 'none'; base-uri 'none'";

struct FileKind {
  std::string_view ending;
  std::string_view type;
};
constexpr std::array<FileKind, 10> kKinds = {{{".h5", "application/x-hdf5"},
                                              {".partial", "application/x-hdf5"},
                                              {".html", "text/html; charset=utf-8"},
                                              {".csv", "text/csv; charset=utf-8"},
                                              {".txt", "text/plain; charset=utf-8"},
                                              {".yaml", "text/plain; charset=utf-8"},
                                              {".yml", "text/plain; charset=utf-8"},
                                              {".json", "application/json"},
                                              {".svg", "image/svg+xml"},
                                              {".md", "text/plain; charset=utf-8"}}};

const FileKind* kind_of(const fs::path& path) {
  const std::string name = path.filename().string();
  for (const FileKind& one : kKinds)
    if (name.ends_with(one.ending)) return &one;
  return nullptr;
}

ServeAnswer refusal(unsigned status, const std::string& message) {
  ServeAnswer answer;
  answer.status = status;
  answer.type = "application/json";
  answer.body = Json{{"error", message}}.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
  return answer;
}

ServeAnswer json(const Json& value, unsigned status = 200) {
  ServeAnswer answer;
  answer.status = status;
  answer.type = "application/json";
  answer.body = value.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
  return answer;
}

ServeAnswer page(std::string_view text) {
  ServeAnswer answer;
  answer.body = std::string(text);
  return answer;
}

std::optional<std::uint32_t> number(const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string end_of(const fs::path& path, std::size_t most) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return {};
  const auto size = static_cast<std::size_t>(in.tellg());
  std::string text(std::min(size, most), '\0');
  in.seekg(static_cast<std::streamoff>(size - text.size()));
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

Json run_json(const BoardRun& run) {
  Json one = {{"id", run.id}, {"name", run.name}, {"state", to_string(run.state)}, {"folder", run.folder}, {"exit_code", run.exit_code}};
  if (const Json last = Json::parse(run.last, nullptr, false); last.is_object()) one["share"] = last.value("share", 0.0);
  return one;
}

/// Scenario files of the library, by their paths in it.
std::vector<std::string> scenarios_in(const fs::path& library) {
  std::vector<std::string> names;
  std::error_code code;
  for (auto entry = fs::recursive_directory_iterator(library, code); !code && entry != fs::recursive_directory_iterator();
       entry.increment(code)) {
    if (!entry->is_regular_file(code) || entry->path().extension() != ".yaml") continue;
    std::ifstream in(entry->path());
    std::ostringstream text;
    text << in.rdbuf();
    // A scenario has jobs at its top; sites and studies have not.
    if (("\n" + text.str()).find("\njobs:") != std::string::npos)
      names.push_back(fs::relative(entry->path(), library, code).generic_string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Answers::Answers(ServeSettings settings, RunBoard& board)
    : settings_(std::move(settings)),
      board_(board),
      rate_(settings_.requests_per_second, settings_.requests_at_once),
      scenarios_(scenarios_in(settings_.library)) {}

bool Answers::knows_secret(const ServeRequest& request) const {
  if (settings_.token.empty()) return true;
  constexpr std::string_view kBearer = "Bearer ";
  if (request.authorization.starts_with(kBearer) && equal_secrets(request.authorization.substr(kBearer.size()), settings_.token))
    return true;
  return equal_secrets(cookie(request.cookies, "eastwest_token"), settings_.token);
}

ServeAnswer Answers::answer(const ServeRequest& request, double now) {
  ServeAnswer answer;
  if (!rate_.allow(request.address, now)) {
    answer = refusal(429, "too many requests from this address");
    answer.headers.emplace_back("Retry-After", "1");
  } else if (settings_.loopback && !is_loopback_name(request.host)) {
    answer = refusal(421, "this server answers to localhost only");
  } else if (const std::optional<Target> target = read_target(request.target); !target) {
    answer = refusal(400, "there is no such path");
  } else {
    answer = route(request, *target);
  }
  const bool result = !answer.file.empty() && answer.type.starts_with("text/html");
  if (answer.type.starts_with("text/html") || answer.type.starts_with("image/svg"))
    answer.headers.emplace_back("Content-Security-Policy", result || answer.type.starts_with("image/svg") ? kResultPages : kOwnPages);
  answer.headers.emplace_back("X-Content-Type-Options", "nosniff");
  answer.headers.emplace_back("Referrer-Policy", "no-referrer");
  answer.headers.emplace_back("X-Frame-Options", "DENY");
  answer.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  answer.headers.emplace_back("Cache-Control", "no-store");
  return answer;
}

ServeAnswer Answers::route(const ServeRequest& request, const Target& target) {
  const std::vector<std::string>& parts = target.parts;
  const bool open =
      parts.size() == 1 && (parts[0] == "login" || parts[0] == "serve.js" || parts[0] == "serve.css" || parts[0] == "favicon.ico");
  if (!open && !knows_secret(request)) {
    if (request.method == "GET" && !request.socket && (parts.empty() || parts[0] == "run")) {
      ServeAnswer answer = page(embedded::serve_html);  // its script asks for the token
      answer.status = 401;
      return answer;
    }
    return refusal(401, "a token is needed: `Authorization: Bearer TOKEN`");
  }
  if ((request.method == "POST" || request.socket) && !same_origin(request.origin, request.host))
    return refusal(403, "this may only be asked by a page of this server");
  if (request.method == "GET" || request.method == "HEAD") return get(request, target);
  if (request.method == "POST") return post(request, target);
  ServeAnswer answer = refusal(405, "GET, HEAD and POST are known");
  answer.headers.emplace_back("Allow", "GET, HEAD, POST");
  return answer;
}

ServeAnswer Answers::get(const ServeRequest& request, const Target& target) {
  const std::vector<std::string>& parts = target.parts;
  if (parts.empty() || (parts.size() == 1 && parts[0] == "login")) return page(embedded::serve_html);
  if (parts.size() == 1 && parts[0] == "favicon.ico") {  // asked for by browsers on pages of results
    ServeAnswer answer = page("");
    answer.status = 204;
    return answer;
  }
  if (parts[0] == "files" && parts.size() > 1) return file(target);
  if (parts[0] == "report" && parts.size() > 1) return report(target);
  if (parts.size() == 1 && (parts[0] == "serve.js" || parts[0] == "serve.css")) {
    ServeAnswer answer = page(parts[0] == "serve.js" ? embedded::serve_js : embedded::serve_css);
    answer.type = parts[0] == "serve.js" ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8";
    return answer;
  }
  if (parts.size() == 2 && parts[0] == "api" && parts[1] == "state") return state();
  const bool of_api = parts[0] == "api" && parts.size() == 3 && parts[1] == "runs";
  const bool of_page = parts[0] == "run" && (parts.size() == 2 || (parts.size() == 3 && parts[2] == "live"));
  if (!of_api && !of_page) return refusal(404, "there is no such path");
  const std::optional<std::uint32_t> id = number(of_api ? parts[2] : parts[1]);
  const BoardRun* run = id ? board_.find(*id) : nullptr;
  if (run == nullptr) return refusal(404, "there is no such run");
  if (of_page && parts.size() == 2) return page(embedded::serve_html);
  if (of_page) {
    if (!request.socket) return refusal(426, "this is a WebSocket");
    ServeAnswer answer;
    answer.live_run = *id;
    return answer;
  }
  Json one = run_json(*run);
  one["log"] = end_of(settings_.results / run->folder / "log.txt", kLogShown);
  std::error_code code;
  for (const char* name : {"run.h5", "run.h5.partial"})
    if (fs::exists(settings_.results / run->folder / name, code)) one["trace"] = run->folder + "/" + name;
  return json(one);
}

ServeAnswer Answers::post(const ServeRequest& request, const Target& target) {
  const std::vector<std::string>& parts = target.parts;
  if (parts.size() == 1 && parts[0] == "login") {
    const Json body = Json::parse(request.body, nullptr, false);
    if (!body.is_object() || !body.contains("token") || !body["token"].is_string() ||
        !equal_secrets(body["token"].get<std::string>(), settings_.token))
      return refusal(401, "this is not the token");
    ServeAnswer answer = json(Json{{"welcome", true}});
    answer.headers.emplace_back("Set-Cookie", "eastwest_token=" + settings_.token + "; HttpOnly; SameSite=Strict; Path=/");
    return answer;
  }
  if (parts.size() == 2 && parts[0] == "api" && parts[1] == "runs") return start_run(request);
  if (parts.size() == 4 && parts[0] == "api" && parts[1] == "runs" && parts[3] == "cancel") {
    const std::optional<std::uint32_t> id = number(parts[2]);
    if (!id || board_.find(*id) == nullptr) return refusal(404, "there is no such run");
    return board_.cancel(*id) ? json(Json{{"cancelled", *id}}) : refusal(409, "the run has ended");
  }
  return refusal(404, "there is no such path");
}

ServeAnswer Answers::start_run(const ServeRequest& request) {
  if (stopping_) return refusal(503, "the server is being ended");
  // No page of another server can send this type without asking first.
  if (!request.content_type.starts_with("application/json")) return refusal(415, "send `application/json`");
  const Json body = Json::parse(request.body, nullptr, false);
  const auto word = [&](const char* name) -> std::string {
    return body.is_object() && body.contains(name) && body[name].is_string() ? body[name].get<std::string>() : std::string();
  };
  const std::string scenario = word("scenario");
  const std::string text = word("text");
  if (scenario.empty() == text.empty()) return refusal(400, "give `scenario`, a name of the library, or `text`, a scenario in YAML");
  fs::path path;
  if (!scenario.empty()) {
    const std::optional<Target> named = read_target("/" + scenario);
    const std::optional<fs::path> found = named && !settings_.library.empty() ? confined(settings_.library, named->parts) : std::nullopt;
    if (!found || found->extension() != ".yaml" || !fs::is_regular_file(*found)) return refusal(404, "the library has no such scenario");
    path = *found;
  } else if (text.size() > kScenarioBytes) {
    return refusal(413, "a scenario may have 1 MiB");
  } else if (const std::optional<std::string> outside = outside_path(text)) {
    return refusal(422, "`" + *outside + "` leads out of the run's folder: a scenario that is sent may name no other files");
  }
  const std::string name = word("name").empty() ? (scenario.empty() ? "scenario" : scenario) : word("name").substr(0, 100);
  const std::optional<std::uint32_t> id = board_.add(name, path, text);
  if (!id) return refusal(503, "too many runs wait already, or there is no room for a folder");
  return json(Json{{"id", *id}}, 201);
}

ServeAnswer Answers::state() {
  Json result = {{"results", Json::array()}, {"scenarios", scenarios_}, {"runs", Json::array()}};
  for (const auto& [id, run] : board_.runs()) result["runs"].push_back(run_json(run));
  std::error_code code;
  std::vector<Json> found;
  for (auto entry = fs::recursive_directory_iterator(settings_.results, code); !code && entry != fs::recursive_directory_iterator();
       entry.increment(code)) {
    std::error_code one;
    if (entry->path().filename().string().starts_with('.') || entry.depth() > 2) {
      entry.disable_recursion_pending();
      continue;
    }
    const std::string path = fs::relative(entry->path(), settings_.results, one).generic_string();
    if (entry->is_directory(one)) {
      if (!fs::exists(entry->path() / "points.csv", one) && !fs::exists(entry->path() / "points.csv.partial", one)) continue;
      found.push_back({{"path", path}, {"kind", "study"}, {"bytes", 0}});
    } else if (entry->is_regular_file(one) && kind_of(entry->path()) != nullptr) {
      const bool trace = path.ends_with(".h5") || path.ends_with(".h5.partial");
      if (path.ends_with("study.h5")) continue;
      found.push_back({{"path", path}, {"kind", trace ? "trace" : "file"}, {"bytes", entry->file_size(one)}});
    }
    if (found.size() == kResultsListed) break;
  }
  std::sort(found.begin(), found.end(), [](const Json& a, const Json& b) { return a["path"] < b["path"]; });
  for (Json& one : found) result["results"].push_back(std::move(one));
  result["results_whole"] = found.size() < kResultsListed;
  return json(result);
}

ServeAnswer Answers::file(const Target& target) {
  const std::optional<fs::path> path = confined(settings_.results, target.parts, 1);
  const FileKind* kind = path ? kind_of(*path) : nullptr;
  if (kind == nullptr || !fs::is_regular_file(*path)) return refusal(404, "there is no such result");
  ServeAnswer answer;
  answer.type = std::string(kind->type);
  answer.file = *path;
  if (kind->type == "application/x-hdf5") answer.headers.emplace_back("Content-Disposition", "attachment");
  return answer;
}

ServeAnswer Answers::report(const Target& target) {
  const std::optional<fs::path> input = confined(settings_.results, target.parts, 1);
  std::error_code code;
  if (!input) return refusal(404, "there is no such result");
  const bool folder = fs::is_directory(*input, code);
  const std::string name = input->filename().string();
  if (!folder && !name.ends_with(".h5") && !name.ends_with(".h5.partial"))
    return refusal(404, "a report is made of a trace or of a study's folder");
  // A trace that grows is read when it is whole.
  for (const auto& [id, run] : board_.runs())
    if (run.state == RunState::running && input->parent_path() == settings_.results / run.folder)
      return refusal(409, "the run goes on: its page shows it, and a report can be made of it when it has ended");
  // What a page was made of: the file, or the rows of a study, which may grow.
  Digest stamp;
  for (const fs::path& part : {*input, *input / "points.csv", *input / "points.csv.partial"}) {
    if (!fs::exists(part, code)) continue;
    stamp.add(static_cast<std::int64_t>(fs::last_write_time(part, code).time_since_epoch().count()));
    if (fs::is_regular_file(part, code)) stamp.add(static_cast<std::uint64_t>(fs::file_size(part, code)));
  }
  Digest digest;
  digest.add(input->string());
  const std::string key = digest.hex();
  const fs::path pages = settings_.results / ".pages";
  fs::create_directories(pages, code);
  const fs::path output = pages / (key + ".html");
  switch (board_.page(key, stamp.hex(), {"report", input->string(), "-o", output.string()}, output, pages / (key + ".log"))) {
    case RunBoard::Making::ready: {
      ServeAnswer answer;
      answer.file = output;
      return answer;
    }
    case RunBoard::Making::failed: return refusal(500, "the page could not be made: " + end_of(pages / (key + ".log"), 1000));
    case RunBoard::Making::busy: break;
  }
  ServeAnswer answer = page(
      "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>eastwest</title><meta http-equiv=\"refresh\" content=\"1\">"
      "<link rel=\"stylesheet\" href=\"/serve.css\"><main><p>The page is being made ...</p></main></html>\n");
  answer.status = 202;
  return answer;
}

}  // namespace eastwest::cli
