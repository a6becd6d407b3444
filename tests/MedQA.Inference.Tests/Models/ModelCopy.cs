using System.Text;
using MedQA.Inference.Models;

namespace MedQA.Inference.Tests.Models;

/// <summary>A copy of one of the repository's models in a folder of its own, to be changed and thrown away.</summary>
internal sealed class ModelCopy : IDisposable
{
    private ModelCopy(string path) => Path = path;

    public string Path { get; }

    /// <param name="model">The model's folder below models/.</param>
    public static ModelCopy Of(string model)
    {
        var path = Directory.CreateTempSubdirectory("medqa-model-").FullName;
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("models", model)))
        {
            File.WriteAllBytes(System.IO.Path.Combine(path, System.IO.Path.GetFileName(file)), File.ReadAllBytes(file));
        }

        return new(path);
    }

    public string FileAt(string name) => System.IO.Path.Combine(Path, name);

    public ModelCopy Without(string name)
    {
        File.Delete(FileAt(name));
        return this;
    }

    public ModelCopy With(string name, string text)
    {
        File.WriteAllText(FileAt(name), text);
        return this;
    }

    public ModelCopy Replacing(string name, string from, string to) => With(name, File.ReadAllText(FileAt(name)).Replace(from, to, StringComparison.Ordinal));

    /// <summary>Keeps only the first part of a file.</summary>
    public ModelCopy CutOff(string name, double kept)
    {
        var bytes = File.ReadAllBytes(FileAt(name));
        File.WriteAllBytes(FileAt(name), bytes[..(int)(bytes.Length * kept)]);
        return this;
    }

    /// <summary>Changes bytes of the graph; both texts are equally long.</summary>
    public ModelCopy ReplacingInGraph(string from, string to)
    {
        var bytes = Encoding.Latin1.GetString(File.ReadAllBytes(FileAt("model.onnx"))).Replace(from, to, StringComparison.Ordinal);
        File.WriteAllBytes(FileAt("model.onnx"), Encoding.Latin1.GetBytes(bytes));
        return this;
    }

    public ModelFolder Open(string? graphFile = null) => ModelFolder.Open(Path, graphFile);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
