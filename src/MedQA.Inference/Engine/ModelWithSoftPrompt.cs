using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Prompts;

namespace MedQA.Inference.Engine;

/// <summary>
/// A loaded model with a soft prompt before everything that it is asked. Shares the engine with the model itself: nothing is loaded
/// again, and both may be asked at once.
/// </summary>
internal sealed class ModelWithSoftPrompt(
    ILanguageModel model, PromptEncoder encoder, InferenceEngine engine, EngineSoftPrompt prefix) : ILanguageModel
{
    /// <inheritdoc/>
    public ModelDescription Description => model.Description;

    /// <summary>The model's own: which worked examples are near a question does not depend on the soft prompt.</summary>
    public ITextEmbedding? Embedding => model.Embedding;

    /// <inheritdoc/>
    public Task<int> GetQuestionsAtOnceAsync(int samples, int maxTokens, CancellationToken cancellationToken) =>
        model.GetQuestionsAtOnceAsync(samples, maxTokens, cancellationToken);

    /// <inheritdoc/>
    public int CountTokens(Prompt prompt) => prefix.KeyValues.Length + encoder.CountTokens(prompt);

    /// <inheritdoc/>
    public async Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken)
    {
        var encoded = encoder.Encode(prompt);
        return new OnnxReadPrompt(
            encoder,
            engine,
            encoded,
            await engine.ReadAsync(encoded.Ids, encoded.SharedLength, cancellationToken, prefix).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public Task<ILanguageModel> WithSoftPromptAsync(
        SoftPromptReference prefix, ReadOnlyMemory<byte> keyValues, CancellationToken cancellationToken) =>
        model.WithSoftPromptAsync(prefix, keyValues, cancellationToken);
}
