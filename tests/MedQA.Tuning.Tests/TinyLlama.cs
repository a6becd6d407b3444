using MedQA.Inference.Models;
using MedQA.Tuning.Tests;
using MedQA.Tuning.Transformers;
using TorchSharp;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(TinyLlama))]
// libtorch shares its threads: tests side by side would only wait for each other.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace MedQA.Tuning.Tests;

/// <summary>The tiny Llama's weights as Hugging Face stores them, loaded once.</summary>
public sealed class TinyLlama : IDisposable
{
    public static string FolderPath => Repository.PathOf("models", "tiny", "llama-safetensors");

    internal ModelFolder Folder { get; } = ModelFolder.Open(FolderPath, "model.safetensors");

    internal Decoder Decoder { get; } = Decoder.Load(ModelFolder.Open(FolderPath, "model.safetensors"), torch.ScalarType.Float32);

    public void Dispose() => Decoder.Dispose();
}
