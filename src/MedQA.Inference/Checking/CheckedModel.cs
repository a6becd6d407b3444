using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.ChatTemplates;
using MedQA.Inference.Decoding;
using MedQA.Inference.Engine;
using MedQA.Inference.Models;
using MedQA.Inference.Prompts;
using MedQA.Inference.Sessions;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Checking;

/// <summary>A model in parts, so that each can be compared: tokenizer, template, logits.</summary>
internal sealed class CheckedModel : IDisposable
{
    // Enough for lengths to differ, few enough for the caches of a large model.
    private const int MaxTogether = 8;

    public CheckedModel(ModelFolder folder, ModelOptions options)
    {
        Folder = folder;
        Tokenizer = Tokenizer.Load(folder);
        Encoder = new PromptEncoder(folder, Tokenizer, ChatTemplate.Load(folder));
        Engine = InferenceEngine.Load(folder, Tokenizer, options, passesEndTokens: true);
    }

    public ModelFolder Folder { get; }

    public Tokenizer Tokenizer { get; }

    public PromptEncoder Encoder { get; }

    public InferenceEngine Engine { get; }

    /// <summary>Returns whether the context has room for these tokens and the given number of further ones.</summary>
    public bool Fits(int[] ids, int more) =>
        ids.Length > 0
            && more > 0
            && ids.Length + more <= Engine.ContextLength
            && ids.All(id => id >= 0 && id < (Folder.VocabularySize ?? int.MaxValue));

    /// <summary>Returns the most likely tokens after a prompt, end tokens included and passed over, as references state them.</summary>
    public async Task<Sample> ContinueAsync(ReadTokens prompt, int tokens, CancellationToken cancellationToken) =>
        (await Engine.SampleAsync(prompt, Greedy(tokens), cancellationToken))[0];

    /// <summary>
    /// Returns the most likely tokens after each prompt, drawn for several prompts of different length in one batch; <see langword="null"/>
    /// for a prompt that does not fit, and for all where the graph has no mask to tell their lengths apart.
    /// </summary>
    public async Task<Sample?[]> ContinueTogetherAsync(IReadOnlyList<(int[] Ids, int Tokens)> prompts, CancellationToken cancellationToken)
    {
        var samples = new Sample?[prompts.Count];
        var fitting =
            Enumerable.Range(0, prompts.Count).Where(place => Engine.CanBatchPrompts && Fits(prompts[place].Ids, prompts[place].Tokens));
        foreach (var places in fitting.Chunk(MaxTogether))
        {
            var read = new List<(ReadTokens Prompt, SampleRequest Request)>();
            try
            {
                foreach (var place in places)
                {
                    read.Add((await Engine.ReadAsync(prompts[place].Ids, 0, cancellationToken), Greedy(prompts[place].Tokens)));
                }

                var drawn = await Engine.SampleTogetherAsync(read, cancellationToken);
                for (var index = 0; index < places.Length; index++)
                {
                    samples[places[index]] = drawn[index];
                }
            }
            finally
            {
                foreach (var (prompt, _) in read)
                {
                    await prompt.DisposeAsync();
                }
            }
        }

        return samples;
    }

    private static SampleRequest Greedy(int tokens) => new() { Count = 1, Temperature = 0, MaxTokens = tokens, StreamKey = 0 };

    public void Dispose() => Engine.Dispose();
}
