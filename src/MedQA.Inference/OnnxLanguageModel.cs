using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.ChatTemplates;
using MedQA.Inference.Engine;
using MedQA.Inference.Models;
using MedQA.Inference.Optimization;
using MedQA.Inference.Prompts;
using MedQA.Inference.Sessions;
using MedQA.Inference.SoftPrompts;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference;

/// <summary>
/// A language model on ONNX Runtime: a folder with a decoder graph, a tokenizer and, for chats, a template. What it returns is a
/// function of the model, the prompt, the request and <see cref="ModelDescription.EngineFingerprint"/>; never of load, of the number
/// of threads or of what was asked before.
/// </summary>
/// <remarks>
/// Safe for concurrent use: prompts, samples and scores of several questions take turns, each with all threads; single samples of several
/// questions are drawn together where that changes no bit (<see cref="GetQuestionsAtOnceAsync"/>).
/// </remarks>
public sealed class OnnxLanguageModel : ILanguageModel
{
    private readonly PromptEncoder _encoder;
    private readonly InferenceEngine _engine;

    private OnnxLanguageModel(PromptEncoder encoder, InferenceEngine engine, ModelDescription description)
    {
        (_encoder, _engine, Description) = (encoder, engine, description);
        Embedding = engine.GivesHiddenStates ? new TextEmbedding(encoder, engine) : null;
    }

    /// <inheritdoc/>
    public ModelDescription Description { get; }

    /// <inheritdoc/>
    public ITextEmbedding? Embedding { get; }

    /// <summary>
    /// Returns whether a model would give embeddings of texts once it is loaded, as <see cref="ModelDescription.GivesEmbeddings"/> says
    /// then; only its graph is read.
    /// </summary>
    /// <param name="folder">The model's files.</param>
    /// <exception cref="UnusableException">The graph is damaged.</exception>
    public static bool CanEmbed(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var outputs = OnnxGraph.Read(folder.GraphPath).Outputs;
        return DecoderLayout.FindHiddenStates(name => outputs.TryGetValue(name, out var shape) ? shape : null, folder.HiddenSize)
            is not null;
    }

    /// <summary>Returns whether a faster graph, kept as <see cref="ModelOptions.GraphCache"/> says, gave an answer.</summary>
    /// <param name="engineFingerprint">The answer's engine.</param>
    public static bool UsedFastGraph(string engineFingerprint)
    {
        ArgumentNullException.ThrowIfNull(engineFingerprint);
        return EngineVersion.HasFastGraph(engineFingerprint);
    }

    /// <summary>Loads a model without messages.</summary>
    /// <inheritdoc cref="LoadAsync(string, ModelOptions, Action{string}, CancellationToken)"/>
    public static Task<OnnxLanguageModel> LoadAsync(string folder, ModelOptions options, CancellationToken cancellationToken) =>
        LoadAsync(folder, options, static _ => { }, cancellationToken);

    /// <summary>Loads a model: seconds for a small one, minutes for a large one.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="options">How to load it.</param>
    /// <param name="report">Receives what takes long while a faster graph is made, and why it cannot be used.</param>
    /// <param name="cancellationToken">Checked between the parts of loading.</param>
    /// <exception cref="UnusableException">The model or the execution provider cannot be used; the message says which file or setting is at
    /// fault.</exception>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    public static async Task<OnnxLanguageModel> LoadAsync(
        string folder, ModelOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(report);
        options.Validate();
        var files = ModelFolder.Open(folder, options.Graph);
        var tokenizer = Tokenizer.Load(files);
        var encoder = new PromptEncoder(files, tokenizer, ChatTemplate.Load(files));
        var fingerprint = await files.FingerprintAsync(cancellationToken).ConfigureAwait(false);
        var fast = await FastGraph.ChooseAsync(files, options, report, cancellationToken).ConfigureAwait(false);
        var engine = await Task.Run(() => InferenceEngine.Load(fast ?? files, tokenizer, options), cancellationToken)
            .ConfigureAwait(false);
        return new(encoder, engine, new()
        {
            Name = files.Name,
            Fingerprint = fingerprint,
            EngineFingerprint = EngineVersion.Describe(options, engine.CanPack, fast is not null),
            ContextLength = engine.ContextLength,
            HasChatTemplate = encoder.HasChatTemplate,
            GivesEmbeddings = engine.GivesHiddenStates,
        });
    }

    /// <inheritdoc/>
    public Task<int> GetQuestionsAtOnceAsync(int samples, int maxTokens, CancellationToken cancellationToken) =>
        _engine.GetQuestionsAtOnceAsync(samples, maxTokens, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="UnusableException">A chat for a model without a chat template.</exception>
    public int CountTokens(Prompt prompt) => _encoder.CountTokens(prompt);

    /// <inheritdoc/>
    /// <exception cref="UnusableException">A chat for a model without a chat template.</exception>
    public async Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken)
    {
        var encoded = _encoder.Encode(prompt);
        return new OnnxReadPrompt(
            _encoder,
            _engine,
            encoded,
            await _engine.ReadAsync(encoded.Ids, encoded.SharedLength, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public ILanguageModel WithSoftPrompt(SoftPromptReference prefix, ReadOnlyMemory<byte> keyValues)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.GetIncompatibility(Description) is { } reason)
        {
            throw new InputException(reason);
        }

        try
        {
            return new ModelWithSoftPrompt(
                this,
                _encoder,
                _engine,
                _engine.Admit(prefix.Hash, SoftPromptFolder.ParseKeyValues(keyValues, prefix.Hash, $"prefix {prefix.Name}")));
        }
        catch (UnusableException exception)
        {
            throw new InputException(exception.Message, exception);
        }
    }

    /// <summary>
    /// Waits for running operations, then frees the model's memory. Prompts still held can only be disposed of afterwards.
    /// </summary>
    public async ValueTask DisposeAsync() => await Task.Run(_engine.Dispose).ConfigureAwait(false);
}
