namespace MedQA.Benchmarks.Gpu;

/// <summary>A copy of a model's folder, to which graphs can be added: ONNX Runtime takes a graph's tensors from its own folder only.</summary>
internal sealed class TemporaryModel : IDisposable
{
    /// <summary>Copies a folder.</summary>
    public TemporaryModel(string folder)
    {
        Folder = Path.Combine(Directory.CreateTempSubdirectory("medqa-benchmarks-").FullName, Path.GetFileName(folder));
        Directory.CreateDirectory(Folder);
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
        }
    }

    /// <summary>Where the copy is; it has the folder's name.</summary>
    public string Folder { get; }

    /// <summary>Adds a graph with float16 attention, or bfloat16.</summary>
    /// <returns>Its file name.</returns>
    public string AddHalf(string graph, bool isBrain = false)
    {
        var target = $"{Path.GetFileNameWithoutExtension(graph)}.{(isBrain ? "bfloat16" : "float16")}.onnx";
        HalfAttention.Write(Path.Combine(Folder, graph), target, isBrain ? 16 : 10);
        return target;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);
}
