using MedQA.Evaluation;

namespace MedQA.Cli.Settings;

/// <summary>Finds the folder of a language model by its path or by its name.</summary>
internal static class ModelFolders
{
    /// <summary>The model that comes with the tool.</summary>
    public const string Default = "smollm2-135m-instruct";

    /// <summary>What the folder of a model that is being fetched ends with.</summary>
    public const string Unfinished = ".unfinished";

    /// <summary>The folder of the model that a setting names.</summary>
    /// <param name="model">A path, a name within a folder <c>models</c>, or <see langword="null"/> for the default model.</param>
    /// <param name="toolFolder">Where the tool lies: its folder and those above it may hold <c>models</c>.</param>
    /// <param name="fetchedFolder">Where fetched models lie; <see langword="null"/> for nowhere.</param>
    /// <exception cref="InputException">There is no such folder.</exception>
    public static string Find(string? model, string toolFolder, string? fetchedFolder = null) =>
        FindOrNull(model, toolFolder, fetchedFolder) ?? throw (model is null
            ? InputException.Of(
                "--model", $"is not given, and the default model, models/{Default}, is neither in {toolFolder} nor in a folder above it.")
            : InputException.Of(
                "--model",
                $"is '{model}', and there is no such folder, nor a model of that name. `medqa models` lists those that are there, `medqa "
                    + "models fetch` brings others."));

    /// <summary>The same folder, or <see langword="null"/> where there is none.</summary>
    /// <inheritdoc cref="Find"/>
    public static string? FindOrNull(string? model, string toolFolder, string? fetchedFolder = null)
    {
        if (model is not null && Directory.Exists(model))
        {
            return Path.GetFullPath(model);
        }

        var name = model ?? Default;
        return Path.GetFileName(name) == name
            ? Holding(toolFolder, fetchedFolder).Select(folder => Path.Combine(folder, name)).FirstOrDefault(Directory.Exists)
            : null;
    }

    /// <summary>Every model within the folders <c>models</c>, nearest first, and then those that were fetched.</summary>
    public static IEnumerable<string> All(string toolFolder, string? fetchedFolder = null) => Holding(toolFolder, fetchedFolder)
        .Where(Directory.Exists)
        .SelectMany(static folder => Directory.EnumerateFiles(folder, "tokenizer.json", SearchOption.AllDirectories))
        .Select(static file => Path.GetDirectoryName(file)!)
        .Where(static folder => !folder.Contains(Unfinished, StringComparison.Ordinal))
        .Where(static folder => HasGraph(folder) || HasGraph(Path.Combine(folder, "onnx")))
        .Order(StringComparer.Ordinal);

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
