#!/usr/bin/env bash
# Checks and measures the engine on a machine with one NVIDIA GPU, or, to try this script, on the processor. Takes at most eight minutes,
# its own restore and build included:
#   benchmarks/gpu.sh [--provider cuda|cpu]      cuda where nvidia-smi finds a GPU, else cpu
# First every layout of cache and the default model against their references, then tokens per second and memory of batches.
# Ends with 0 if everything was built, is as the references say, and was measured.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 NO_COLOR=1

provider=cpu
nvidia-smi -L >/dev/null 2>&1 && provider=cuda
while [ $# -gt 0 ]; do
  case $1 in
    --provider) provider=${2:-}; shift; [ $# = 0 ] || shift ;;
    --provider=*) provider=${1#*=}; shift ;;
    *) provider=; break ;;
  esac
done
case $provider in
  cpu) package=Microsoft.ML.OnnxRuntime output=artifacts/cpu limit=1 rows=1,8 ;;
  cuda) package=Microsoft.ML.OnnxRuntime.Gpu output=artifacts/gpu limit=10 rows=1,8,32,128 ;;
  *) echo "usage: benchmarks/gpu.sh [--provider cuda|cpu]" >&2; exit 2 ;;
esac
command -v dotnet >/dev/null && dotnet --list-sdks | grep -q '^10\.' || { echo "The .NET 10 SDK is needed: https://dotnet.microsoft.com/download" >&2; exit 1; }

log=$(mktemp -d)
export TMPDIR=$log # For copies of models, also of a part that is ended.
trap 'rm -rf "$log"' EXIT
names=() results=() seconds=() advice=()
total=470 # Seconds for all parts; the rest is for starting and ending.

# part NAME MOST KEPT COMMAND…: runs a part for at most so many seconds, and keeps some of what is left of the whole for later parts.
part() {
  local name=$1 most=$2 began=$SECONDS left=$((total - SECONDS - $3)) code
  shift 3
  [ "$left" -lt "$most" ] && most=$left
  printf '\n== %s (at most %s s)\n' "$name" "$most"
  if [ "$most" -lt 5 ]; then code=124; else timeout --kill-after=5 "$most" "$@" 2>&1 | tee "$log/$name"; code=${PIPESTATUS[0]}; fi
  names+=("$name") seconds+=("$((SECONDS - began))")
  case $code in
    0) results+=(ok) ;;
    124 | 137) results+=("NOT FINISHED in time") ;;
    *) results+=("FAILED (exit code $code)") ;;
  esac
  return "$code"
}

finish() { # finish CODE
  printf '\n== %s, %s s\n%-12s %8s  %s\n' "$provider" "$SECONDS" part seconds result
  for i in "${!names[@]}"; do printf '%-12s %8s  %s\n' "${names[$i]}" "${seconds[$i]}" "${results[$i]}"; done
  for line in ${advice[@]+"${advice[@]}"}; do printf '%s\n' "$line"; done
  exit "$1"
}

if [ "$provider" = cuda ]; then
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null || echo "nvidia-smi finds no GPU here."
fi
if ! part build 280 100 dotnet build benchmarks/MedQA.Benchmarks -c Release --artifacts-path "$output" "-p:OnnxRuntimePackage=$package" \
  -p:RunAnalyzers=false -v quiet; then
  advice+=("The build's last lines above say why. With the package for GPUs a restore takes 650 MB from the package source.")
  finish 1
fi
program=$output/bin/MedQA.Benchmarks/release/MedQA.Benchmarks

# ONNX Runtime says only that its library for CUDA does not load; ldd says what that lacks.
if [ "$provider" = cuda ]; then
  library=$(find "$output/bin/MedQA.Benchmarks/release" -name libonnxruntime_providers_cuda.so | head -n 1)
  missing=$(ldd "$library" 2>/dev/null | awk '/not found/ { print $1 }' | sort -u | tr '\n' ' ')
  if [ -z "$library" ] || [ -n "$missing" ]; then
    names+=(libraries) seconds+=(0) results+=("MISSING: ${missing:-libonnxruntime_providers_cuda.so}")
    advice+=("libcuda.so.1 is part of the GPU's driver. The others are in CUDA 13 and cuDNN 9 (NVIDIA's packages cuda-libraries-13-2 and"
      "cudnn9-cuda-13): install them, or set LD_LIBRARY_PATH to the folders that have them, and run this again. --provider cpu does without.")
    finish 1
  fi
fi

code=0
part references 200 70 "$program" references --provider "$provider" --limit "$limit" || code=1
part batch 200 0 "$program" batch --provider "$provider" --rows "$rows" || code=1
if grep -qs 'cannot use CUDA' "$log/references" "$log/batch"; then
  advice+=("ONNX Runtime cannot use CUDA: its message is above. CUDA 13 needs a driver of version 580 or later (nvidia-smi shows yours).")
elif [ "$code" != 0 ]; then
  advice+=("Rows of the tables above that are marked differ from the references, or a part broke: its last lines say why.")
fi
finish "$code"
