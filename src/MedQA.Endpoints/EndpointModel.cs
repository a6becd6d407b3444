using MedQA.Endpoints.Credentials;
using MedQA.Endpoints.Protocol;
using MedQA.Endpoints.Sending;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints;

/// <summary>
/// A model behind a service that speaks the OpenAI chat-completions protocol: Azure OpenAI, vLLM, SGLang, Ollama and others. Its folder has
/// an <see cref="EndpointFile"/>.
/// </summary>
/// <remarks>
/// Answers are not reproducible bit for bit. Where the service takes seeds, the same sample has the same seed always. Safe for concurrent
/// use: limits hold for all questions of the process together.
/// </remarks>
public sealed class EndpointModel : ILanguageModel
{
    private readonly EndpointFile _file;
    private readonly ChatService _service;
    private readonly UsageMeter? _meter;
    private readonly bool _ownsService;

    private EndpointModel(EndpointFile file, ChatService service, ModelDescription description, UsageMeter? meter) =>
        (_file, _service, Description, _meter, _ownsService) = (file, service, description, meter, meter is null);

    /// <inheritdoc/>
    public ModelDescription Description { get; }

    /// <summary>Opens the model of a folder. Nothing is asked yet.</summary>
    /// <param name="folder">The folder that has <c>endpoint.json</c>.</param>
    /// <param name="options">What the process gives.</param>
    /// <exception cref="InputException">The file cannot be used, or the variable of its key is not set.</exception>
    /// <exception cref="UnusableException">The file was written for a later version.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static EndpointModel Open(string folder, EndpointOptions options) => Open(EndpointFile.Read(folder), options);

    /// <summary>Opens the model of a file that was read. Nothing is asked yet.</summary>
    /// <param name="file">What the model's folder says of it.</param>
    /// <param name="options">What the process gives.</param>
    /// <exception cref="InputException">The variable of its key is not set.</exception>
    public static EndpointModel Open(EndpointFile file, EndpointOptions options)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(options);
        var signer = RequestSigners.Of(file, options.ReadVariable, options.Credential, options.Time);
        var settings = new ServiceSettings(
            options.Time, options.Logging.CreateLogger(typeof(EndpointModel).FullName!), options.MaxTries, options.MaxWaiting);
        return new EndpointModel(file, new ChatService(file, signer, options.Handler, settings), file.Describe(), meter: null);
    }

    /// <summary>
    /// Sets the part of the service's limits that this process takes: where several workers ask the same service, their shares must not be
    /// more than 1 together. A share holds for requests that are sent from then on.
    /// </summary>
    /// <param name="share">More than 0, at most 1; 1 at first.</param>
    public void UseShare(double share) => _service.SetShare(share);

    /// <inheritdoc/>
    /// <remarks>As many questions as keep all allowed requests under way.</remarks>
    public Task<int> GetQuestionsAtOnceAsync(int samples, int maxTokens, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        var requests = _file.Supports.N ? 1 : samples;
        return Task.FromResult((_service.Concurrency + requests - 1) / requests);
    }

    /// <inheritdoc/>
    public ILanguageModel WithMeter(UsageMeter meter)
    {
        ArgumentNullException.ThrowIfNull(meter);
        return new EndpointModel(_file, _service, Description, meter);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Estimated from the kinds of signs, so that neither old nor new tokenizers of OpenAI need more for prose; at most three times what
    /// the newer ones need.
    /// </remarks>
    public int CountTokens(Prompt prompt) => TokenEstimate.Of(ServedPrompt.ChatOf(Description, prompt));

    /// <inheritdoc/>
    /// <remarks>Nothing is sent.</remarks>
    /// <exception cref="InputException">The prompt is a plain text.</exception>
    public Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken) =>
        ServedPrompt.ReadAsync(Description, prompt, DrawAsync);

    /// <summary>Closes the connections, except of a copy that <see cref="WithMeter"/> made.</summary>
    public ValueTask DisposeAsync()
    {
        if (_ownsService)
        {
            _service.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private async Task<IReadOnlyList<Sample>> DrawAsync(
        ChatPrompt prompt, int promptTokens, SampleRequest request, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        return await SampleDraws.DrawAsync(
            request,
            _file.Supports.N ? request.Count : 1,
            async (first, count) =>
            {
                var asked = new ChatRequest(
                    ChatRequestWriter.Write(_file, prompt, request, first, count), promptTokens, request.MaxTokens, count);
                return await _service.CompleteAsync(asked, _meter, waiting.Token, cancellationToken);
            },
            waiting);
    }
}
