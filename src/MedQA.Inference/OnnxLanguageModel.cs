using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.ChatTemplates;
using MedQA.Inference.Describing;
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
    private readonly EngineOnDemand _engine;
    private volatile ModelDescription _description;

    private OnnxLanguageModel(LoadedFiles files, EngineFacts facts, InferenceEngine? engine, Action<string> report)
    {
        (_encoder, _description) = (files.Encoder, files.Describe(facts));
        _engine = new EngineOnDemand(
            cancellationToken => LoadLaterAsync(files, facts, report, cancellationToken), files.Folder.Name, engine);
        Embedding = facts.GivesEmbeddings ? new TextEmbedding(_encoder, _engine) : null;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// As long as a model of <see cref="OpenAsync"/> is not loaded, what an earlier load found; from the first prompt on, what this one
    /// did.
    /// </remarks>
    public ModelDescription Description => _description;

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

    /// <summary>
    /// Returns a model's size and family: as its folder states them, else the family that its configuration names and the parameters
    /// that its graph has. Only the graph is read, not what it keeps in other files.
    /// </summary>
    /// <param name="folder">The model's files.</param>
    /// <exception cref="UnusableException">The graph is damaged.</exception>
    public static ModelFacts? FactsOf(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var (stated, family) = (folder.StatedFacts, folder.ModelType.Length > 0 ? folder.ModelType : null);
        if (stated?.Parameters is not null)
        {
            return stated with { Family = stated.Family ?? family };
        }

        var counted = folder.GraphPath.EndsWith(".onnx", StringComparison.Ordinal)
            ? GraphParameters.Count(OnnxGraph.Read(folder.GraphPath), folder.HasTiedEmbeddings)
            : null;
        if (stated?.ActiveParameters > counted)
        {
            throw new UnusableException(
                Path.Combine(folder.Path, ModelFolder.FactsFile),
                $"\"activeParameters\" is {stated.ActiveParameters}, more than the {counted} parameters that the graph has",
                "Correct it, or state \"parameters\" too");
        }

        return ModelFacts.OrNull(new()
        {
            Parameters = counted,
            ActiveParameters = counted is not null && stated?.ActiveParameters is { } active ? active
                : counted > folder.IdleParameters && folder.IdleParameters > 0 ? counted - folder.IdleParameters : null,
            Family = stated?.Family ?? family,
        });
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
        var files = await LoadedFiles.ReadAsync(folder, options, cancellationToken).ConfigureAwait(false);
        var (engine, facts) = await files.LoadEngineAsync(report, cancellationToken).ConfigureAwait(false);
        return new(files, facts, engine, report);
    }

    /// <summary>
    /// Opens a model, which takes little memory until it is first asked: its graph is loaded then. Where no process has loaded the model
    /// on this machine with the same options and a <see cref="ModelOptions.GraphCache"/>, and on a GPU, it is loaded now.
    /// </summary>
    /// <remarks>
    /// If it cannot be loaded then, asking it throws <see cref="ModelUnavailableException"/>, and the next time tries again.
    /// </remarks>
    /// <inheritdoc cref="LoadAsync(string, ModelOptions, Action{string}, CancellationToken)"/>
    public static async Task<OnnxLanguageModel> OpenAsync(
        string folder, ModelOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(report);
        var files = await LoadedFiles.ReadAsync(folder, options, cancellationToken).ConfigureAwait(false);
        if (await EngineFacts.FindAsync(files.Fingerprint, options, cancellationToken).ConfigureAwait(false) is { } known)
        {
            return new(files, known, engine: null, report);
        }

        report($"Loading the model {files.Folder.Name}…");
        var (engine, facts) = await files.LoadEngineAsync(report, cancellationToken).ConfigureAwait(false);
        return new(files, facts, engine, report);
    }

    /// <inheritdoc/>
    public async Task PrepareAsync(CancellationToken cancellationToken) => await _engine.GetAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<int> GetQuestionsAtOnceAsync(int samples, int maxTokens, CancellationToken cancellationToken)
    {
        var engine = await _engine.GetAsync(cancellationToken).ConfigureAwait(false);
        return await engine.GetQuestionsAtOnceAsync(samples, maxTokens, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="UnusableException">A chat for a model without a chat template.</exception>
    public int CountTokens(Prompt prompt) => _encoder.CountTokens(prompt);

    /// <inheritdoc/>
    /// <exception cref="UnusableException">A chat for a model without a chat template.</exception>
    public async Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken)
    {
        var encoded = _encoder.Encode(prompt);
        var engine = await _engine.GetAsync(cancellationToken).ConfigureAwait(false);
        return new OnnxReadPrompt(
            _encoder,
            engine,
            encoded,
            await engine.ReadAsync(encoded.Ids, encoded.SharedLength, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<ILanguageModel> WithSoftPromptAsync(
        SoftPromptReference prefix, ReadOnlyMemory<byte> keyValues, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.GetIncompatibility(Description) is { } reason)
        {
            throw new InputException(reason);
        }

        var engine = await _engine.GetAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new ModelWithSoftPrompt(
                this,
                _encoder,
                engine,
                engine.Admit(prefix.Hash, SoftPromptFolder.ParseKeyValues(keyValues, prefix.Hash, $"prefix {prefix.Name}")));
        }
        catch (UnusableException exception)
        {
            throw new InputException(exception.Message, exception);
        }
    }

    /// <summary>
    /// Waits for running operations, then frees the model's memory. Prompts still held can only be disposed of afterwards.
    /// </summary>
    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    /// <summary>Loads the engine of a model that was only opened.</summary>
    private async Task<InferenceEngine> LoadLaterAsync(
        LoadedFiles opened, EngineFacts expected, Action<string> report, CancellationToken cancellationToken)
    {
        report($"Loading the model {opened.Folder.Name}…");

        // The files may have been replaced since. Runs are of the model that was opened.
        var files = await LoadedFiles.ReadAsync(opened.Folder.Path, opened.Options, cancellationToken).ConfigureAwait(false);
        if (files.Fingerprint != opened.Fingerprint)
        {
            throw new UnusableException(
                opened.Folder.Path,
                "the model's files have changed since this process began",
                "Put the earlier files back, or start the process again to use the new ones");
        }

        var (engine, facts) = await files.LoadEngineAsync(report, cancellationToken).ConfigureAwait(false);
        if ((facts.ContextLength, facts.GivesEmbeddings) != (expected.ContextLength, expected.GivesEmbeddings))
        {
            // What was decided by them, such as how many worked examples fit, may be wrong.
            engine.Dispose();
            throw new UnusableException(
                opened.Folder.Path,
                "the cache said other things of it than its graph does, and this process began with them",
                "Start the process again; the cache is right now");
        }

        _description = opened.Describe(facts);
        return engine;
    }

    /// <summary>What of a model is in memory without its graph.</summary>
    private sealed record LoadedFiles(
        ModelFolder Folder, string Fingerprint, Tokenizer Tokenizer, PromptEncoder Encoder, ModelOptions Options, ModelFacts? ModelFacts)
    {
        public static async Task<LoadedFiles> ReadAsync(string folder, ModelOptions options, CancellationToken cancellationToken)
        {
            options.Validate();
            var files = ModelFolder.Open(folder, options.Graph);
            var tokenizer = Tokenizer.Load(files);
            var encoder = new PromptEncoder(files, tokenizer, ChatTemplate.Load(files));
            return new(
                files,
                await files.FingerprintAsync(cancellationToken).ConfigureAwait(false),
                tokenizer,
                encoder,
                options,
                FactsOf(files));
        }

        public async Task<(InferenceEngine Engine, EngineFacts Facts)> LoadEngineAsync(
            Action<string> report, CancellationToken cancellationToken)
        {
            var fast = await FastGraph.ChooseAsync(Folder, Options, report, cancellationToken).ConfigureAwait(false);
            var engine = await Task.Run(() => InferenceEngine.Load(fast ?? Folder, Tokenizer, Options), cancellationToken)
                .ConfigureAwait(false);
            var facts = new EngineFacts(engine.ContextLength, engine.CanPack, engine.GivesHiddenStates, fast is not null);
            await facts.KeepAsync(Fingerprint, Options, cancellationToken).ConfigureAwait(false);
            return (engine, facts);
        }

        public ModelDescription Describe(EngineFacts facts) => new()
        {
            Name = Folder.Name,
            Fingerprint = Fingerprint,
            EngineFingerprint = EngineVersion.Describe(Options, facts.CanPack, facts.HasFastGraph),
            ContextLength = facts.ContextLength,
            HasChatTemplate = Encoder.HasChatTemplate,
            GivesEmbeddings = facts.GivesEmbeddings,
            TemplateVariables = Encoder.TemplateVariables,
            ClosingMarkTokens = Encoder.ClosingMarkTokens,
            Facts = ModelFacts,
        };
    }
}
