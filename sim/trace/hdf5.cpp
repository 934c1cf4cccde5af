// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/hdf5.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sim/trace/hdf5_handles.hpp"

namespace eastwest::hdf5 {

void silence() {
  thread_local bool silent = false;
  if (silent) return;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  silent = true;
}

std::size_t size_of(ElementType type) {
  switch (type) {
    case ElementType::u8: return 1;
    case ElementType::u16: return 2;
    case ElementType::u32:
    case ElementType::f32: return 4;
    default: return 8;
  }
}

hid_t memory_type(ElementType type) {
  switch (type) {
    case ElementType::u8: return H5T_NATIVE_UINT8;
    case ElementType::u16: return H5T_NATIVE_UINT16;
    case ElementType::u32: return H5T_NATIVE_UINT32;
    case ElementType::u64: return H5T_NATIVE_UINT64;
    case ElementType::i64: return H5T_NATIVE_INT64;
    case ElementType::f32: return H5T_NATIVE_FLOAT;
    case ElementType::f64: return H5T_NATIVE_DOUBLE;
  }
  return -1;
}

Handle text_type(std::size_t size) {
  Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), size);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  return type;
}

std::string last_reason() {
  std::string reason;
  const auto visit = [](unsigned, const H5E_error2_t* error, void* data) -> herr_t {
    auto& text = *static_cast<std::string*>(data);
    if (text.empty() && error->desc != nullptr) text = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, visit, &reason);
  // The file drivers say "..., error message = 'No space left on device', ...".
  static constexpr std::string_view kMark = "error message = '";
  const std::size_t start = reason.find(kMark);
  if (start != std::string::npos) {
    const std::size_t end = reason.find('\'', start + kMark.size());
    reason = reason.substr(start + kMark.size(), end == std::string::npos ? end : end - start - kMark.size());
  }
  return reason;
}

Error failure(const std::string& what, const std::string& path) {
  const std::string reason = last_reason();
  return {what + " " + path + (reason.empty() ? "" : ": " + reason), {}};
}

Error write_failure(int number, const std::string& path) {
  std::string remedy = "see to the disk, or name another place for the trace with -o";
  if (number == ENOSPC || number == EDQUOT) remedy = "free disk space or name another place for the trace with -o";
  if (number == EFBIG) remedy = "raise the file size limit (`ulimit -f`) or name another place for the trace with -o";
  return {"cannot write to " + path + ": " + std::strerror(number), std::move(remedy)};
}

File::File(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
File::File(File&&) noexcept = default;
File& File::operator=(File&& other) noexcept {
  std::swap(handles_, other.handles_);
  return *this;
}
File::~File() { discard(); }

Result<File> File::create(const std::string& path) {
  silence();
  Handle access(H5Pcreate(H5P_FILE_ACCESS));
  const Handle driver = commit_driver();
  if (!driver.valid() || H5Pset_driver(access.get(), driver.get(), nullptr) < 0) return failure("cannot create", path);
  auto handles = std::make_unique<Handles>();
  handles->path = path;
  handles->writing = true;
  handles->file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get());
  if (handles->file < 0) return failure("cannot create", path);
  watch_errors(handles->file, &handles->write_error);
  return File(std::move(handles));
}

Status File::make_group(const std::string& path, std::string_view description) {
  silence();
  Handle properties(H5Pcreate(H5P_GROUP_CREATE));
  H5Pset_obj_track_times(properties.get(), false);
  Handle group(H5Gcreate2(handles_->file, path.c_str(), H5P_DEFAULT, properties.get(), H5P_DEFAULT));
  if (!group.valid()) return failure("cannot make group " + path + " in", handles_->path);
  return write_attribute(path, "description", description);
}

namespace {

constexpr std::uint64_t kPlainBytes = 64 << 10;  // compressing less costs more instructions than a small run has to spare

/// A new attribute of an open object.
Status add_attribute(hid_t place, const std::string& file_path, const std::string& name, hid_t type, const void* value) {
  Handle space(H5Screate(H5S_SCALAR));
  Handle attribute(H5Acreate2(place, name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT));
  if (!attribute.valid() || H5Awrite(attribute.get(), type, value) < 0) return failure("cannot write attribute " + name + " to", file_path);
  return Done{};
}

Status write_any_attribute(hid_t file, const std::string& file_path, const std::string& object, const std::string& name, hid_t type,
                           const void* value) {
  silence();
  Handle place(H5Oopen(file, object.c_str(), H5P_DEFAULT));
  if (place.valid() && H5Aexists(place.get(), name.c_str()) > 0) H5Adelete(place.get(), name.c_str());
  return add_attribute(place.get(), file_path, name, type, value);
}

Handle string_type() {
  Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), H5T_VARIABLE);  // h5py then gives str, not bytes
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

/// What every dataset has, through its handle: opening it by its path again took a sixth of the instructions of a trace.
Status describe(hid_t dataset, const std::string& file_path, const std::string& units, const std::string& description) {
  const Handle type = string_type();
  const char* text = units.c_str();
  if (Status status = add_attribute(dataset, file_path, "units", type.get(), &text); !status) return status;
  text = description.c_str();
  return add_attribute(dataset, file_path, "description", type.get(), &text);
}

}  // namespace

Status File::write_attribute(const std::string& object, const std::string& name, std::string_view text) {
  const Handle type = string_type();
  const std::string copy(text);
  const char* pointer = copy.c_str();
  return write_any_attribute(handles_->file, handles_->path, object, name, type.get(), &pointer);
}
Status File::write_attribute(const std::string& object, const std::string& name, std::int64_t value) {
  return write_any_attribute(handles_->file, handles_->path, object, name, H5T_NATIVE_INT64, &value);
}
Status File::write_attribute(const std::string& object, const std::string& name, std::uint64_t value) {
  return write_any_attribute(handles_->file, handles_->path, object, name, H5T_NATIVE_UINT64, &value);
}
Status File::write_attribute(const std::string& object, const std::string& name, double value) {
  return write_any_attribute(handles_->file, handles_->path, object, name, H5T_NATIVE_DOUBLE, &value);
}

Result<std::size_t> File::create_dataset(const DatasetSpec& spec) {
  silence();
  const int rank = spec.width == 0 ? 1 : 2;
  const hsize_t dims[2] = {0, spec.width};
  const hsize_t max_dims[2] = {H5S_UNLIMITED, spec.width};
  // A row of links may be long: 16,384 elements wide and 1 MiB in all keep a chunk inside a reader's chunk cache.
  const hsize_t chunk[2] = {spec.chunk_rows, std::min<hsize_t>(std::max<hsize_t>(spec.width, 1), 16'384)};
  Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties.get(), false);
  H5Pset_chunk(properties.get(), rank, chunk);
  const std::uint64_t zero = 0;
  H5Pset_fill_value(properties.get(), memory_type(spec.type), &zero);  // all bits zero is 0 in every type here
  if (spec.compression > 0) {
    H5Pset_shuffle(properties.get());
    H5Pset_deflate(properties.get(), static_cast<unsigned>(spec.compression));
  }
  // No chunk cache: whole chunks gain nothing from it, and rows then reach the disk in H5Dwrite, where a failure leaves the
  // file's structure alone, instead of in a flush.
  Handle access(H5Pcreate(H5P_DATASET_ACCESS));
  H5Pset_chunk_cache(access.get(), 0, 0, 1.0);
  Handle space(H5Screate_simple(rank, dims, max_dims));
  Handle dataset(
      H5Dcreate2(handles_->file, spec.path.c_str(), memory_type(spec.type), space.get(), H5P_DEFAULT, properties.get(), access.get()));
  if (!dataset.valid()) return failure("cannot make dataset " + spec.path + " in", handles_->path);
  if (Status status = describe(dataset.get(), handles_->path, spec.units, spec.description); !status) return status.error();
  handles_->datasets.push_back({dataset.release(), memory_type(spec.type), 0, spec.width});
  return handles_->datasets.size() - 1;
}

Status File::write_rows(std::size_t dataset, std::uint64_t first, std::uint64_t count, const void* data) {
  silence();
  Handles::Open& open = handles_->datasets[dataset];
  const int rank = open.width == 0 ? 1 : 2;
  if (first + count > open.rows) {
    const hsize_t dims[2] = {first + count, open.width};
    if (H5Dset_extent(open.id, dims) < 0) return failure("cannot extend a dataset of", handles_->path);
    open.rows = first + count;
  }
  const hsize_t start[2] = {first, 0};
  const hsize_t extent[2] = {count, open.width};
  Handle memory(H5Screate_simple(rank, extent, nullptr));
  Handle place(H5Dget_space(open.id));
  H5Sselect_hyperslab(place.get(), H5S_SELECT_SET, start, nullptr, extent, nullptr);
  if (H5Dwrite(open.id, open.memory_type, memory.get(), place.get(), H5P_DEFAULT, data) < 0)
    return failure("cannot write to", handles_->path);
  if (handles_->write_error != 0) return write_failure(handles_->write_error, handles_->path);
  return Done{};
}

Status File::write_numbers(const DatasetSpec& spec, std::uint64_t rows, const void* data) {
  silence();
  const int rank = spec.width == 0 ? 1 : 2;
  const hsize_t dims[2] = {rows, spec.width};
  Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties.get(), false);
  const std::uint64_t row_bytes = size_of(spec.type) * std::max<std::uint64_t>(spec.width, 1);
  if (rows * row_bytes > kPlainBytes) {
    const hsize_t chunk[2] = {std::clamp<hsize_t>((1u << 19) / row_bytes, 1, rows), std::max<hsize_t>(spec.width, 1)};
    H5Pset_chunk(properties.get(), rank, chunk);
    H5Pset_shuffle(properties.get());
    H5Pset_deflate(properties.get(), static_cast<unsigned>(std::max(spec.compression, 1)));
  }
  Handle space(H5Screate_simple(rank, dims, nullptr));
  Handle dataset(
      H5Dcreate2(handles_->file, spec.path.c_str(), memory_type(spec.type), space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT));
  if (!dataset.valid() || (rows > 0 && H5Dwrite(dataset.get(), memory_type(spec.type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0))
    return failure("cannot write dataset " + spec.path + " to", handles_->path);
  return describe(dataset.get(), handles_->path, spec.units, spec.description);
}

namespace {

Status write_text_array(hid_t file, const std::string& file_path, const std::string& path, const std::string& bytes, std::size_t size,
                        hid_t space, hsize_t rows) {
  Handle type = text_type(size);
  Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties.get(), false);
  if (rows > 1 && bytes.size() > kPlainBytes) {
    const hsize_t chunk = std::clamp<hsize_t>((1u << 19) / size, 1, rows);
    H5Pset_chunk(properties.get(), 1, &chunk);
    H5Pset_deflate(properties.get(), 1);
  }
  Handle dataset(H5Dcreate2(file, path.c_str(), type.get(), space, H5P_DEFAULT, properties.get(), H5P_DEFAULT));
  if (!dataset.valid() || (rows > 0 && H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0))
    return failure("cannot write dataset " + path + " to", file_path);
  return Done{};
}

}  // namespace

Status File::write_texts(const std::string& path, const std::vector<std::string>& values, const std::string& description) {
  silence();
  std::size_t size = 1;
  for (const std::string& value : values) size = std::max(size, value.size());
  std::string bytes(size * values.size(), '\0');
  for (std::size_t i = 0; i < values.size(); ++i)
    std::copy(values[i].begin(), values[i].end(), bytes.begin() + static_cast<std::ptrdiff_t>(i * size));
  const hsize_t rows = values.size();
  Handle space(H5Screate_simple(1, &rows, nullptr));
  Status status = write_text_array(handles_->file, handles_->path, path, bytes, size, space.get(), rows);
  if (status) status = write_attribute(path, "units", "text");
  if (status) status = write_attribute(path, "description", description);
  return status;
}

Status File::write_text(const std::string& path, std::string_view text, const std::string& description) {
  silence();
  std::string bytes(text);
  if (bytes.empty()) bytes.push_back('\0');
  Handle space(H5Screate(H5S_SCALAR));
  Status status = write_text_array(handles_->file, handles_->path, path, bytes, bytes.size(), space.get(), 1);
  if (status) status = write_attribute(path, "units", "text");
  if (status) status = write_attribute(path, "description", description);
  return status;
}

Result<std::size_t> File::create_counter(const std::string& path, const std::string& description) {
  silence();
  Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties.get(), false);
  H5Pset_alloc_time(properties.get(), H5D_ALLOC_TIME_EARLY);
  Handle space(H5Screate(H5S_SCALAR));
  Handle dataset(H5Dcreate2(handles_->file, path.c_str(), H5T_NATIVE_UINT64, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT));
  if (!dataset.valid()) return failure("cannot make dataset " + path + " in", handles_->path);
  handles_->datasets.push_back({dataset.release(), H5T_NATIVE_UINT64, 1, 0});
  const std::size_t index = handles_->datasets.size() - 1;
  Status status = write_attribute(path, "units", "1");
  if (status) status = write_attribute(path, "description", description);
  if (status) status = write_counter(index, 0);
  if (!status) return status.error();
  return index;
}

Status File::write_counter(std::size_t dataset, std::uint64_t value) {
  silence();
  if (H5Dwrite(handles_->datasets[dataset].id, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) < 0)
    return failure("cannot write to", handles_->path);
  if (handles_->write_error != 0) return write_failure(handles_->write_error, handles_->path);
  return Done{};
}

Status File::flush() {
  silence();
  if (H5Fflush(handles_->file, H5F_SCOPE_LOCAL) < 0) return failure("cannot write to", handles_->path);
  if (handles_->write_error != 0) return write_failure(handles_->write_error, handles_->path);
  return Done{};
}

void File::stop_after(std::uint64_t writes) { stop_writing_after(handles_->file, writes); }

Status File::close() {
  silence();
  if (!handles_ || handles_->file < 0) return Done{};
  if (handles_->writing) {
    // Everything reaches the disk here or not at all; what H5Fclose would still fail to write must not spoil the file.
    Status status = flush();
    if (!status) {
      discard();
      return status;
    }
  }
  for (const Handles::Open& open : handles_->datasets) H5Dclose(open.id);
  handles_->datasets.clear();
  const bool closed = H5Fclose(handles_->file) >= 0;
  handles_->file = -1;
  if (!closed) return failure("cannot close", handles_->path);
  if (handles_->write_error != 0) return write_failure(handles_->write_error, handles_->path);
  return Done{};
}

void File::discard() {
  if (!handles_ || handles_->file < 0) return;
  silence();
  // HDF5 writes whatever it still holds when it closes: not here.
  if (handles_->writing) stop_writing(handles_->file);
  for (const Handles::Open& open : handles_->datasets) H5Dclose(open.id);
  handles_->datasets.clear();
  H5Fclose(handles_->file);
  handles_->file = -1;
}

}  // namespace eastwest::hdf5
