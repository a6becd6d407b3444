using MedQA.Endpoints.Settings;
using MedQA.Evaluation;

namespace MedQA.Cli.Settings;

/// <summary>Finds the folder of a language model by its path or by its name.</summary>
internal static class ModelFolders
{
    /// <summary>The model that comes with the tool.</summary>
    public const string Default = "smollm2-135m-instruct";

    /// <summary>The suffix of the folder of a model that is being fetched.</summary>
    public const string Unfinished = ".unfinished";

    /// <summary>Returns the folder of the model that a setting names.</summary>
    /// <param name="model">A path, a name in a <c>models</c> folder, or <see langword="null"/> for the default model.</param>
    /// <param name="toolFolder">The tool's folder; it and its parents may contain <c>models</c>.</param>
    /// <param name="fetchedFolder">The folder of fetched models, or <see langword="null"/>.</param>
    /// <param name="option">The option that names it.</param>
    /// <exception cref="InputException">The folder does not exist.</exception>
    public static string Find(string? model, string toolFolder, string? fetchedFolder = null, string option = "--model") =>
        FindOrNull(model, toolFolder, fetchedFolder) ?? throw (model is null
            ? InputException.Of(
                "--model", $"is missing, and the default model, models/{Default}, is neither in {toolFolder} nor in a parent folder.")
            : InputException.Of(
                option,
                $"is '{model}', but there is no such folder or model",
                "`medqa models` lists the available models; `medqa models fetch` downloads others"));

    /// <summary>Returns that folder, or <see langword="null"/> if it does not exist.</summary>
    /// <param name="model">A path, a name in a <c>models</c> folder, or <see langword="null"/> for the default model.</param>
    /// <param name="toolFolder">The tool's folder; it and its parents may contain <c>models</c>.</param>
    /// <param name="fetchedFolder">The folder of fetched models, or <see langword="null"/>.</param>
    public static string? FindOrNull(string? model, string toolFolder, string? fetchedFolder = null)
    {
        if (model is not null && Directory.Exists(model))
        {
            return Path.GetFullPath(model);
        }

        var name = model ?? Default;
        return name.Length > 0 && Path.GetFileName(name) == name
            ? Holding(toolFolder, fetchedFolder).Select(folder => Path.Combine(folder, name)).FirstOrDefault(Directory.Exists)
            : null;
    }

    /// <summary>Returns every model in the <c>models</c> folders, nearest first, then the fetched models.</summary>
    public static IEnumerable<string> All(string toolFolder, string? fetchedFolder = null) => Holding(toolFolder, fetchedFolder)
        .Where(Directory.Exists)
        .SelectMany(static folder => FoldersWith(folder, "tokenizer.json")
            .Where(static folder => HasGraph(folder) || HasGraph(Path.Combine(folder, "onnx")))
            .Concat(FoldersWith(folder, EndpointFile.FileName)))
        .Where(static folder => !folder.Contains(Unfinished, StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> FoldersWith(string folder, string file) =>
        Directory.EnumerateFiles(folder, file, SearchOption.AllDirectories).Select(static path => Path.GetDirectoryName(path)!);

    private static bool HasGraph(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.onnx").Any();

    private static IEnumerable<string> Holding(string toolFolder, string? fetchedFolder)
    {
        for (var folder = new DirectoryInfo(toolFolder); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, "models");
        }

        if (fetchedFolder is not null)
        {
            yield return fetchedFolder;
        }
    }
}
