// SPDX-License-Identifier: Apache-2.0
#include "scenarios/yaml_document.hpp"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <utility>

namespace eastwest {

namespace {

/// Leaves the parser from inside its callbacks; caught in parse_yaml, a few lines below.
struct StopParsing {};

/// Builds our tree from the parser's events. Events, unlike yaml-cpp's own nodes, show repeated keys and aliases.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, const std::string& file, Diagnostics& diagnostics)
      : text_(text), file_(file), diagnostics_(diagnostics) {
    line_starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') line_starts_.push_back(i + 1);
    }
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    if (text_.substr(offset(mark), 3) == "---") {
      diagnostics_.error(place(mark), "a second YAML document starts here",
                         "keep one document per file: remove the `---` line and what follows");
    } else {
      diagnostics_.error(place(mark), "this line belongs to nothing above it",
                         "a file is one map: start its keys in the first column, as `key: value`");
    }
    throw StopParsing{};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlValue value;
    value.place = place(mark);
    finish(std::move(value), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      diagnostics_.error(place(mark), "this alias refers to a value that contains it", "write the value out");
      throw StopParsing{};
    }
    spend(count(found->second), place(mark));
    finish(found->second, 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& text) override {
    refuse_tag(mark, tag);
    if (tag == "!") check_quote_closed(mark);
    YamlValue value;
    // A plain `null` or `~` is nothing; a quoted one is text.
    const bool plain = tag != "!";
    value.kind = plain && (text == "~" || text == "null") ? YamlValue::Kind::null : YamlValue::Kind::scalar;
    value.place = place(mark);
    value.text = text;
    spend(1, place(mark));
    finish(std::move(value), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(YamlValue::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(YamlValue::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] bool has_root() const { return has_root_; }
  [[nodiscard]] bool root_is_null() const { return root_.is_null(); }
  YamlValue take_root() { return std::move(root_); }

 private:
  struct Level {
    YamlValue value;
    YAML::anchor_t anchor = 0;
    bool have_key = false;
    std::string key;
    Place key_place;
    std::map<std::string, Place> seen;
  };

  [[nodiscard]] Place place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 0, 0};
    return {file_, static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
  }

  [[nodiscard]] std::size_t offset(const YAML::Mark& mark) const {
    if (mark.is_null() || static_cast<std::size_t>(mark.line) >= line_starts_.size()) return text_.size();
    return std::min(line_starts_[static_cast<std::size_t>(mark.line)] + static_cast<std::size_t>(mark.column), text_.size());
  }

  /// yaml-cpp 0.7 takes the end of the file for the end of a quoted text.
  void check_quote_closed(const YAML::Mark& mark) {
    const std::size_t start = offset(mark);
    const char quote = start < text_.size() ? text_[start] : ' ';
    if (quote != '"' && quote != '\'') return;
    for (std::size_t i = start + 1; i < text_.size(); ++i) {
      if (quote == '"' && text_[i] == '\\') {
        ++i;
      } else if (text_[i] == quote) {
        if (quote == '"' || i + 1 >= text_.size() || text_[i + 1] != quote) return;
        ++i;
      }
    }
    diagnostics_.error(place(mark), "the quote that opens here is never closed", std::string("write ") + quote + " where the text ends");
    throw StopParsing{};
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    diagnostics_.error(place(mark), "the tag `" + tag + "` has no meaning here", "remove the tag");
  }

  static std::size_t count(const YamlValue& value) {
    std::size_t total = 1;
    for (const YamlValue& item : value.items) total += count(item);
    for (const YamlEntry& entry : value.entries) total += 1 + count(entry.value);
    return total;
  }

  void spend(std::size_t values, const Place& at) {
    values_ += values;
    if (values_ <= kYamlValuesMax) return;
    diagnostics_.error(at, "the file holds more than " + std::to_string(kYamlValuesMax) + " values, aliases counted where they are used",
                       "describe a large site by parameters, or split the file");
    throw StopParsing{};
  }

  void open(YamlValue::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_tag(mark, tag);
    if (levels_.size() >= kYamlDepthMax) {
      diagnostics_.error(place(mark), "values are nested more than " + std::to_string(kYamlDepthMax) + " deep",
                         "a scenario needs about five levels");
      throw StopParsing{};
    }
    if (!levels_.empty() && levels_.back().value.is_map() && !levels_.back().have_key) {
      diagnostics_.error(place(mark), "a key must be a plain word, this is a " + std::string(kind == YamlValue::Kind::map ? "map" : "list"),
                         "close the bracket where it ends, or put text that starts with one between quotes");
      throw StopParsing{};
    }
    spend(1, place(mark));
    Level level;
    level.value.kind = kind;
    level.value.place = place(mark);
    level.anchor = anchor;
    levels_.push_back(std::move(level));
  }

  void close() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    finish(std::move(level.value), level.anchor);
  }

  void finish(YamlValue value, YAML::anchor_t anchor) {
    if (anchor != 0) {
      spend(count(value), value.place);  // the copy kept for aliases counts too: nested anchors cannot pile up
      anchors_[anchor] = value;
    }
    if (levels_.empty()) {
      root_ = std::move(value);
      has_root_ = true;
      return;
    }
    Level& level = levels_.back();
    if (level.value.is_list()) {
      level.value.items.push_back(std::move(value));
    } else if (!level.have_key) {
      take_key(level, value);
    } else {
      level.have_key = false;
      if (value.is_null()) value.place = level.key_place;  // the parser notices a missing value only at the next line
      if (!level.key.empty()) level.value.entries.push_back({std::move(level.key), level.key_place, std::move(value)});
      level.key.clear();
    }
  }

  void take_key(Level& level, const YamlValue& value) {
    level.have_key = true;
    level.key_place = value.place;
    level.key.clear();  // stays empty for a key that is refused: its value is dropped
    if (!value.is_scalar() || value.text.empty()) {
      diagnostics_.error(value.place, "a key is missing before this `:`", "write `key: value`");
      return;
    }
    if (value.text == "<<") {
      diagnostics_.error(value.place, "merge keys (`<<`) are not supported", "write the keys out");
      return;
    }
    const auto [first, fresh] = level.seen.try_emplace(value.text, value.place);
    if (!fresh) {
      diagnostics_.error(value.place,
                         "`" + value.text + "` is given twice in the same map (first in line " + std::to_string(first->second.line) + ")",
                         "keep one of the two");
      return;
    }
    level.key = value.text;
  }

  std::string_view text_;
  std::vector<std::size_t> line_starts_;
  const std::string& file_;
  Diagnostics& diagnostics_;
  std::vector<Level> levels_;
  std::map<YAML::anchor_t, YamlValue> anchors_;
  YamlValue root_;
  bool has_root_ = false;
  std::size_t values_ = 0;
  int documents_ = 0;
};

/// The first byte that cannot stand in a text file: a control character or broken UTF-8; npos when there is none.
std::size_t first_odd_byte(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      if ((byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7f) return i;
      ++i;
      continue;
    }
    const std::size_t extra = byte >= 0xf0 && byte < 0xf5 ? 3 : byte >= 0xe0 && byte < 0xf0 ? 2 : byte >= 0xc2 && byte < 0xe0 ? 1 : 0;
    if (extra == 0 || i + extra >= text.size()) return i;
    for (std::size_t k = 1; k <= extra; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0u) != 0x80u) return i;
    }
    i += extra + 1;
  }
  return std::string_view::npos;
}

Place place_of_byte(std::string_view text, std::size_t offset, const std::string& file) {
  const std::string_view before = text.substr(0, offset);
  const auto line = static_cast<std::uint32_t>(1 + std::count(before.begin(), before.end(), '\n'));
  const std::size_t newline = before.rfind('\n');
  const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  return {file, line, static_cast<std::uint32_t>(offset - start + 1)};
}

std::string_view line_of(std::string_view text, std::uint32_t line) {
  for (std::uint32_t i = 1; i < line && !text.empty(); ++i) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return text.substr(0, text.find('\n'));
}

/// yaml-cpp's terse messages in words that say what to look at.
std::pair<std::string, std::string> explain_parser_message(const std::string& message, std::string_view line) {
  if (const std::size_t tab = line.find_first_not_of(' '); tab != std::string_view::npos && line[tab] == '\t')
    return {"a tab is used to indent", "indent with spaces"};
  const auto has = [&](const char* part) { return message.find(part) != std::string::npos; };
  if (has("illegal map value"))
    return {"a `:` stands where no key can start",
            "align the keys of a map in one column, one per line; put text that contains `: ` between quotes"};
  if (has("end of map not found") || has("end of map flow"))
    return {"a map is not closed or not aligned", "align the keys of a map in one column and close `{` with `}`"};
  if (has("end of sequence"))
    return {"a list is not closed or not aligned", "align the `-` of a list in one column and close `[` with `]`"};
  if (has("illegal EOF") || has("end of file") || has("EOF in scalar"))
    return {"the file ends inside a quoted text or a bracket", "close the quote or bracket"};
  if (has("illegal flow end"))
    return {"this bracket does not close the one that is open",
            "close `[` with `]` and `{` with `}`; remove a bracket that was never opened"};
  if (has("the referenced anchor is not defined"))
    return {"this alias (`*`) names an anchor (`&`) that is not defined above", "define the anchor first, or write the value out"};
  if (has("unknown token") || has("unexpected character")) return {"this character cannot start a value", "put the text between quotes"};
  return {"this is not YAML: " + message, "check indentation, brackets and quotes near this place"};
}

}  // namespace

std::optional<YamlValue> parse_yaml(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  if (text.size() > kYamlBytesMax) {
    diagnostics.error(
        {file, 0, 0},
        "the file has " + std::to_string(text.size() >> 20) + " MiB, the limit is " + std::to_string(kYamlBytesMax >> 20) + " MiB",
        "describe a large site by parameters, or split the file");
    return std::nullopt;
  }
  if (const std::size_t odd = first_odd_byte(text); odd != std::string_view::npos) {
    // Not remembered as source: quoting bytes of a binary file on a terminal does harm.
    diagnostics.error(place_of_byte(text, odd, file),
                      "the file is not text: byte " + std::to_string(static_cast<unsigned char>(text[odd])) + " cannot stand here",
                      "give a YAML file in UTF-8; traces (`.h5`) belong to `eastwest compare`");
    return std::nullopt;
  }
  diagnostics.remember_source(file, text);
  const std::size_t errors_before = diagnostics.error_count();
  TreeBuilder builder(text, file, diagnostics);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {}
  } catch (const StopParsing&) {
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    Place place{file, 0, 0};
    if (!error.mark.is_null())
      place = {file, static_cast<std::uint32_t>(error.mark.line + 1), static_cast<std::uint32_t>(error.mark.column + 1)};
    auto [message, remedy] = explain_parser_message(error.msg, line_of(text, place.line));
    diagnostics.error(place, std::move(message), std::move(remedy));
    return std::nullopt;
  } catch (const std::exception& error) {
    diagnostics.error({file, 0, 0}, std::string("the YAML parser gave up: ") + error.what(), "check brackets and quotes");
    return std::nullopt;
  }
  if (diagnostics.error_count() != errors_before) return std::nullopt;
  if (!builder.has_root() || builder.root_is_null()) {
    diagnostics.error({file, 0, 0}, "the file is empty", "start from a file of scenarios/library");
    return std::nullopt;
  }
  return builder.take_root();
}

std::optional<YamlValue> read_yaml_file(const std::string& path, Diagnostics& diagnostics, const Place& from) {
  const Place place = from.file.empty() ? Place{path, 0, 0} : from;
  const std::string named = from.file.empty() ? std::string("the file") : "`" + path + "`";
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (status.type() == std::filesystem::file_type::not_found) {
    diagnostics.error(place, (from.file.empty() ? "" : "the file ") + named + " does not exist",
                      "check the path; relative paths in a file start at that file's folder");
    return std::nullopt;
  }
  if (status.type() == std::filesystem::file_type::directory) {
    diagnostics.error(place, named + " is a folder, not a file", "name the YAML file inside it");
    return std::nullopt;
  }
  struct Close {
    void operator()(std::FILE* stream) const { std::fclose(stream); }
  };
  const std::unique_ptr<std::FILE, Close> stream(std::fopen(path.c_str(), "rb"));
  if (stream == nullptr) {
    diagnostics.error(place, named + " cannot be read: " + std::strerror(errno), "check its permissions");
    return std::nullopt;
  }
  std::string text;
  std::vector<char> block(std::size_t{1} << 16);
  std::size_t got = 0;
  do {
    got = std::fread(block.data(), 1, block.size(), stream.get());
    text.append(block.data(), got);
    if (text.size() > kYamlBytesMax) {  // also ends endless inputs such as a device
      diagnostics.error(place, named + " has more than " + std::to_string(kYamlBytesMax >> 20) + " MiB, the limit for a scenario file",
                        "describe a large site by parameters, or split the file");
      return std::nullopt;
    }
  } while (got == block.size());
  if (std::ferror(stream.get()) != 0) {
    diagnostics.error(place, named + " cannot be read: " + std::strerror(errno), "check the disk and its permissions");
    return std::nullopt;
  }
  return parse_yaml(text, path, diagnostics);
}

}  // namespace eastwest
