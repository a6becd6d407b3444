using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Inference.Models;

/// <summary>
/// A model's folder: the graph, and what its configuration files (config.json, genai_config.json, generation_config.json,
/// tokenizer_config.json, special_tokens_map.json) state about it. What no file states is <see langword="null"/>: the graph may know.
/// </summary>
public sealed record ModelFolder
{
    /// <summary>The file of a model's folder in which people state its size and family.</summary>
    public const string FactsFile = "facts.json";

    private readonly ModelFingerprint _fingerprint = new();

    internal ModelFolder() { }

    /// <summary>The folder's absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>The folder's name, which is the model's name.</summary>
    public required string Name { get; init; }

    /// <summary>The absolute path of the graph, inside the folder.</summary>
    public required string GraphPath { get; init; }

    /// <summary>The absolute path of tokenizer.json.</summary>
    public required string TokenizerPath { get; init; }

    /// <summary>
    /// The files in which the graph keeps its tensors, absolute paths inside the folder; empty if it keeps them itself.
    /// </summary>
    public required ImmutableArray<string> ExternalDataPaths { get; init; }

    /// <summary>The most tokens that the files allow for prompt and continuation together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>The ids that end a turn: the union of what the files state, ascending.</summary>
    public required ImmutableArray<int> EndTokens { get; init; }

    /// <summary>The text of the token that begins a sequence, or <see langword="null"/> if none is stated.</summary>
    public string? BeginToken { get; init; }

    /// <summary>
    /// The text of the token that ends a sequence as tokenizer_config.json or special_tokens_map.json states it; templates write it.
    /// </summary>
    public string? EndToken { get; init; }

    /// <summary>
    /// Whether a plain text begins with <see cref="BeginToken"/> (<c>add_bos_token</c>); <see langword="null"/> if
    /// tokenizer_config.json does not say so and the tokenizer's post-processor decides.
    /// </summary>
    public bool? AddsBeginToken { get; init; }

    /// <summary>
    /// All special tokens that tokenizer_config.json and special_tokens_map.json name, by their name there (<c>bos_token</c>,
    /// <c>eos_token</c>, <c>pad_token</c>, <c>unk_token</c> …): what a template sees.
    /// </summary>
    public required ImmutableSortedDictionary<string, string> NamedTokens { get; init; }

    /// <summary>The text of the chat template, or <see langword="null"/> for a model without one.</summary>
    public string? ChatTemplateSource { get; init; }

    /// <summary>The file that contains the chat template.</summary>
    public string? ChatTemplatePath { get; init; }

    /// <summary>The stated kind of model, for example <c>llama</c>; empty if none is stated.</summary>
    public string ModelType { get; init; } = "";

    /// <summary>Number of decoder layers.</summary>
    public int? Layers { get; init; }

    /// <summary>Number of query heads.</summary>
    public int? AttentionHeads { get; init; }

    /// <summary>Number of key/value heads.</summary>
    public int? KeyValueHeads { get; init; }

    /// <summary>Width of one head.</summary>
    public int? HeadSize { get; init; }

    /// <summary>Width of the hidden state.</summary>
    public int? HiddenSize { get; init; }

    /// <summary>Number of logits per position.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>
    /// How many tokens back attention reaches in windowed layers; <see langword="null"/> if all of them see everything.
    /// </summary>
    public int? SlidingWindow { get; init; }

    /// <summary>
    /// What people state of the model in its folder's <c>facts.json</c>; <see langword="null"/> without that file.
    /// </summary>
    public ModelFacts? StatedFacts { get; init; }

    /// <summary>Whether the table of embeddings is the last layer's weights as well, so that both count once.</summary>
    internal bool HasTiedEmbeddings { get; init; }

    /// <summary>Of a mixture of experts, how many parameters take no part in a token; else 0.</summary>
    internal long IdleParameters { get; init; }

    /// <summary>Opens a model's folder and reads what its files state; the graph itself is not loaded.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="graphFile">The graph's file within the folder; <see langword="null"/> for the one that genai_config.json names, else
    /// model.onnx, else onnx/model.onnx, else the only one of the folder and its onnx.</param>
    /// <exception cref="UnusableException">A file is missing, damaged, or outside the folder.</exception>
    public static ModelFolder Open(string path, string? graphFile = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var folder = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (!Directory.Exists(folder))
        {
            throw new UnusableException(
                folder,
                File.Exists(folder) ? "it is a file where a model's folder is expected" : "there is no such folder",
                "Name the folder that holds model.onnx and tokenizer.json");
        }

        if (new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true) is { } target)
        {
            folder = System.IO.Path.TrimEndingDirectorySeparator(target.FullName);
        }

        return new ModelFolderReader(folder).Read(
            System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path))), graphFile);
    }

    /// <summary>
    /// Returns the files in which a graph keeps its tensors, as it names them: relative to its own folder, and to be trusted no more than
    /// the graph.
    /// </summary>
    /// <param name="graphPath">The graph; none of the files need exist.</param>
    /// <exception cref="UnusableException">It cannot be read, or is not an ONNX graph.</exception>
    public static IReadOnlyList<string> DataFilesOf(string graphPath) => OnnxExternalData.LocationsIn(graphPath);

    /// <summary>
    /// Returns the model's fingerprint: lower-case hexadecimal SHA-256 over the graph, the data files that it names, the tokenizer, the
    /// chat template and the tokens that begin and end a sequence. Independent of the folder's path and name.
    /// </summary>
    /// <remarks>The files are read once, in a stream; the result is kept in memory. A cancelled or failed read is not kept.</remarks>
    public Task<string> FingerprintAsync(CancellationToken cancellationToken) => _fingerprint.ComputeAsync(this, cancellationToken);
}
