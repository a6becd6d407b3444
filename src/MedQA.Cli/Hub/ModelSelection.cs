using System.Collections.Immutable;
using MedQA.Evaluation;

namespace MedQA.Cli.Hub;

/// <summary>Which files of a repository make up one model.</summary>
/// <param name="Root">The folder that holds the tokenizer, with a slash at its end; empty for the repository itself.</param>
/// <param name="Graph">The graph.</param>
/// <param name="Beside">
/// The other files that are needed or say under which terms the model is given; the graph's data is not among them.
/// </param>
internal sealed record ModelSelection(string Root, HubFile Graph, ImmutableArray<HubFile> Beside)
{
    private const string Tokenizer = "tokenizer.json";

    private static readonly string[] Wanted =
    [
        Tokenizer, "config.json", "genai_config.json", "generation_config.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "chat_template.jinja", "chat_template.json",
    ];

    private static readonly string[] Papers = ["license", "licence", "notice", "readme", "use_policy"];

    /// <summary>Chooses.</summary>
    /// <param name="model">The model, for messages.</param>
    /// <param name="files">All files of the repository.</param>
    /// <param name="graph">The graph that is wanted: its path or its name; <see langword="null"/> for the only one.</param>
    /// <exception cref="InputException">There is no such graph, or several.</exception>
    /// <exception cref="UnusableException">The repository holds no model that can be used.</exception>
    public static ModelSelection Of(HubModel model, IReadOnlyList<HubFile> files, string? graph)
    {
        var graphs = files.Where(static file => file.Path.EndsWith(".onnx", StringComparison.Ordinal)).ToList();
        if (graphs.Count == 0)
        {
            throw new UnusableException(
                $"{model.Repository} has no ONNX graph. Many models have one in a repository of onnx-community, "
                + "or in one whose name ends with -ONNX.");
        }

        var chosen = graph is null ? graphs
            : graphs.Find(file => file.Path == graph) is { } exact ? [exact]
            : graphs.FindAll(file => file.Name == graph);
        if (chosen is not [var only])
        {
            // A graph's data is called after it; which files it really names only the graph itself says.
            var listed = string.Join(", ", graphs.Select(file =>
            {
                var bytes = files.Where(part => part.Path.StartsWith(file.Path, StringComparison.Ordinal)).Sum(static part => part.Size);
                return $"{file.Path} ({ModelDownload.Megabytes(bytes)})";
            }));
            throw new InputException(graph is null
                ? $"{model.Repository} has {graphs.Count} graphs; name one with --graph: {listed}."
                : $"{model.Repository} has {(chosen.Count == 0 ? "no graph" : "several graphs")} {graph}; name one of: {listed}.");
        }

        var root = only.Folder;
        while (!files.Any(file => file.Path == root + Tokenizer))
        {
            if (root.Length == 0)
            {
                throw new UnusableException(
                    $"{model.Repository} has no tokenizer.json for {only.Path}; tokenizers in other forms are not read.");
            }

            root = root[..(root[..^1].LastIndexOf('/') + 1)];
        }

        if (!files.Any(file => file.Path == root + "config.json" || file.Path == root + "genai_config.json"))
        {
            throw new UnusableException(
                $"{model.Repository} has neither config.json nor genai_config.json beside {root}{Tokenizer}, and one of them must say what "
                + $"{only.Path} is.");
        }

        var beside = files.Where(file => file.Folder == root && (Wanted.Contains(file.Name) || IsPaper(file.Name))).ToList();
        // The terms of a model whose parts lie in folders stand in the repository itself.
        beside.AddRange(files.Where(file =>
            file.Folder.Length == 0 && IsPaper(file.Name) && !beside.Exists(other => other.Name == file.Name)));
        return new(root, only, [.. beside]);
    }

    /// <summary>Where a file lies in the model's own folder.</summary>
    public string PlaceOf(HubFile file) => file.Path.StartsWith(Root, StringComparison.Ordinal) ? file.Path[Root.Length..] : file.Name;

    private static bool IsPaper(string name) => Papers.Any(paper =>
        name.StartsWith(paper, StringComparison.OrdinalIgnoreCase)
        && (name.Length == paper.Length
            || name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".md", StringComparison.OrdinalIgnoreCase)));
}
