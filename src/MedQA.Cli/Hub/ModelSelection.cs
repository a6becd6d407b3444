using System.Collections.Immutable;
using MedQA.Evaluation;

namespace MedQA.Cli.Hub;

/// <summary>The files of a repository that make up one model.</summary>
/// <param name="Root">The folder of the tokenizer, with a trailing slash; empty for the repository root.</param>
/// <param name="Graph">The graph.</param>
/// <param name="Beside">
/// The other required files and the licence files, without the graph's data.
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

    /// <summary>Selects the files of a model.</summary>
    /// <param name="model">The model, for messages.</param>
    /// <param name="files">All files of the repository.</param>
    /// <param name="graph">The requested graph, by path or name; <see langword="null"/> for the only one.</param>
    /// <exception cref="InputException">No graph matches, or several do.</exception>
    /// <exception cref="UnusableException">The repository has no usable model.</exception>
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
            // By convention a graph's data is named after it; only the graph itself names the actual files.
            var listed = string.Join(", ", graphs.Select(file =>
            {
                var bytes = files.Where(part => part.Path.StartsWith(file.Path, StringComparison.Ordinal)).Sum(static part => part.Size);
                return $"{file.Path} ({ModelDownload.Megabytes(bytes)})";
            }));
            throw new InputException(graph is null
                ? $"{model.Repository} has {graphs.Count} graphs; choose one with --graph: {listed}."
                : $"{model.Repository} has {(chosen.Count == 0 ? "no graph" : "several graphs")} {graph}; choose one of: {listed}.");
        }

        var root = only.Folder;
        while (!files.Any(file => file.Path == root + Tokenizer))
        {
            if (root.Length == 0)
            {
                throw new UnusableException(
                    $"{model.Repository} has no tokenizer.json for {only.Path}; other tokenizer formats are not supported.");
            }

            root = root[..(root[..^1].LastIndexOf('/') + 1)];
        }

        if (!files.Any(file => file.Path == root + "config.json" || file.Path == root + "genai_config.json"))
        {
            throw new UnusableException(
                $"{model.Repository} has neither config.json nor genai_config.json next to {root}{Tokenizer}; one of them must describe "
                + $"{only.Path}.");
        }

        var beside = files.Where(file => file.Folder == root && (Wanted.Contains(file.Name) || IsPaper(file.Name))).ToList();
        // For models in subfolders, the licence is in the repository root.
        beside.AddRange(files.Where(file =>
            file.Folder.Length == 0 && IsPaper(file.Name) && !beside.Exists(other => other.Name == file.Name)));
        return new(root, only, [.. beside]);
    }

    /// <summary>Returns the path of a file in the model's folder.</summary>
    public string PlaceOf(HubFile file) => file.Path.StartsWith(Root, StringComparison.Ordinal) ? file.Path[Root.Length..] : file.Name;

    private static bool IsPaper(string name) => Papers.Any(paper =>
        name.StartsWith(paper, StringComparison.OrdinalIgnoreCase)
        && (name.Length == paper.Length
            || name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".md", StringComparison.OrdinalIgnoreCase)));
}
