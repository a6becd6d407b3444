using MedQA.Evaluation.Modelling;
using MedQA.Inference.ChatTemplates;
using MedQA.Inference.Engine;
using MedQA.Inference.Models;
using MedQA.Inference.Prompts;
using MedQA.Inference.Sessions;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Checking;

/// <summary>A model taken apart, so that each of its parts can be compared: tokenizer, template, logits.</summary>
internal sealed class CheckedModel : IDisposable
{
    public CheckedModel(ModelFolder folder, ModelOptions options)
    {
        Folder = folder;
        Tokenizer = Tokenizer.Load(folder);
        Encoder = new PromptEncoder(folder, Tokenizer, ChatTemplate.Load(folder));
        Engine = InferenceEngine.Load(folder, Tokenizer, options);
    }

    public ModelFolder Folder { get; }

    public Tokenizer Tokenizer { get; }

    public PromptEncoder Encoder { get; }

    public InferenceEngine Engine { get; }

    /// <summary>The most likely tokens after a prompt, end tokens included and passed over, as references state them.</summary>
    public async Task<Sample> ContinueAsync(ReadTokens prompt, int tokens, CancellationToken cancellationToken) =>
        (await Engine.SampleAsync(prompt, new SampleRequest { Count = 1, Temperature = 0, MaxTokens = tokens, StreamKey = 0, IgnoreEndToken = true }, cancellationToken))[0];

    public void Dispose() => Engine.Dispose();
}
