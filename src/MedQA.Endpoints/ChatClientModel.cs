using System.Security.Cryptography;
using System.Text.Json;
using MedQA.Endpoints.Pacing;
using MedQA.Endpoints.Protocol;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using Microsoft.Extensions.AI;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace MedQA.Endpoints;

/// <summary>A model behind any <see cref="IChatClient"/>: providers with a protocol of their own. One request draws one sample.</summary>
/// <remarks>
/// The client decides how requests are repeated. What it throws in the end, apart from a cancellation, counts as
/// <see cref="ModelUnavailableException"/>: it does not say whose fault it is.
/// </remarks>
public sealed class ChatClientModel : ILanguageModel, IDisposable
{
    private readonly IChatClient _client;
    private readonly ChatClientSettings _settings;
    private readonly RequestPacer _pacer;
    private readonly UsageMeter? _meter;

    /// <summary>Creates one.</summary>
    /// <param name="client">The client; it is not disposed.</param>
    /// <param name="settings">What the model is.</param>
    public ChatClientModel(IChatClient client, ChatClientSettings settings)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(settings);
        (_client, _settings) = (client, settings);
        _pacer = new RequestPacer(new EndpointLimits(Concurrency: settings.Concurrency), settings.Time);
        Description = new ModelDescription
        {
            Name = settings.Name,
            Fingerprint = FingerprintOf(settings),
            EngineFingerprint = $"endpoint; {settings.Host}; {settings.Model}",
            ContextLength = settings.ContextLength,
            HasChatTemplate = true,
            GivesLogLikelihoods = false,
            TakesCompletions = false,
            TruncatesByRank = false,
            Endpoint = new ModelEndpoint(settings.Host, settings.Model, settings.Prices),
        };
    }

    private ChatClientModel(ChatClientModel original, UsageMeter meter) =>
        (_client, _settings, _pacer, Description, _meter) =
            (original._client, original._settings, original._pacer, original.Description, meter);

    /// <inheritdoc/>
    public ModelDescription Description { get; }

    /// <inheritdoc/>
    public Task<int> GetQuestionsAtOnceAsync(int samples, int maxTokens, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        return Task.FromResult((_pacer.Concurrency + samples - 1) / samples);
    }

    /// <inheritdoc/>
    public ILanguageModel WithMeter(UsageMeter meter)
    {
        ArgumentNullException.ThrowIfNull(meter);
        return new ChatClientModel(this, meter);
    }

    /// <inheritdoc/>
    public int CountTokens(Prompt prompt) => TokenEstimate.Of(ServedPrompt.ChatOf(Description, prompt));

    /// <inheritdoc/>
    /// <exception cref="InputException">The prompt is a plain text, or gives variables to a chat template.</exception>
    public Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken) =>
        prompt is ChatPrompt { TemplateArguments: { } }
            ? throw new InputException(
                $"model {Description.Name} is behind a client that takes no variables for a chat template: leave "
                    + "\"templateArguments\" out.")
            : ServedPrompt.ReadAsync(Description, prompt, DrawAsync);

    /// <summary>Ends the waiting for room; a copy that <see cref="WithMeter"/> made leaves that to its original.</summary>
    public void Dispose()
    {
        if (_meter is null)
        {
            _pacer.Dispose();
        }
    }

    private static string FingerprintOf(ChatClientSettings settings) => Convert.ToHexStringLower(SHA256.HashData(
        JsonSerializer.SerializeToUtf8Bytes(
            [settings.Host, settings.Model, settings.ContextLength.ToString(), settings.TakesSeeds ? "seed" : ""],
            ChatClientJson.Default.StringArray)));

    private async Task<IReadOnlyList<Sample>> DrawAsync(
        ChatPrompt prompt, int promptTokens, SampleRequest request, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        return await SampleDraws.DrawAsync(
            request,
            perRequest: 1,
            async (index, _) => await AskAsync(prompt, promptTokens, request, index, waiting.Token, cancellationToken),
            waiting);
    }

    private async Task<ChatCompletion> AskAsync(
        ChatPrompt prompt,
        int promptTokens,
        SampleRequest request,
        int index,
        CancellationToken waiting,
        CancellationToken cancellationToken)
    {
        using var paced = await _pacer.EnterAsync(promptTokens + (long)request.MaxTokens, waiting);
        ChatResponse response;
        try
        {
            response = await _client.GetResponseAsync(
                prompt.Messages.Select(static message => new ChatMessage(new ChatRole(message.Role), message.Content)),
                OptionsOf(request, index),
                cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _meter?.Add(new TokenUsage { LostRequests = 1 });
            throw new ModelUnavailableException(
                $"The client of {_settings.Host} failed ({exception.GetType().Name}). Look at its settings and at the service's own logs.",
                inner: exception);
        }

        var completion = ChatResponseReader.Read(response);
        _meter?.Add(ChatCompletion.UsageOf(completion, _settings.Prices));
        return completion.Choices.IsEmpty
            ? throw new AnswerRefusedException(FailureCodes.BadAnswer, $"{_settings.Host} sent no answer.")
            : completion;
    }

    private ChatOptions OptionsOf(SampleRequest request, int index) => new()
    {
        ModelId = _settings.Model,
        Temperature = (float)request.Temperature,
        TopP = request.TopP < 1 ? (float)request.TopP : null,
        MaxOutputTokens = request.MaxTokens,
        StopSequences = request.Stop.IsEmpty ? null : [.. request.Stop],
        Seed = _settings.TakesSeeds ? SampleSeed.Of(request.StreamKey, request.Stage, index) : null,
    };
}
