namespace MedQA.Inference.Tests.Optimization;

/// <summary>A model's files in a folder of their own, which a test may change.</summary>
internal sealed class CopiedModel : IDisposable
{
    public CopiedModel(string source)
    {
        foreach (var file in Directory.GetFiles(source))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
        }
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("medqa-model-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
