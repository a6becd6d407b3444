using MedQA.Evaluation.LanguageModels;

namespace MedQA.Inference.Prompts;

/// <summary>A prompt as the model reads it.</summary>
/// <param name="Prompt">What was encoded.</param>
/// <param name="Ids">Its tokens; at least one.</param>
/// <param name="SharedLength">
/// How many leading tokens the questions of a run share, at most all but one: the longest common token prefix of this prompt and of the
/// same prompt with the parts that are not shared left empty. A function of the prompt alone, so what is cached never depends on what
/// was asked before. </param>
internal sealed record EncodedPrompt(Prompt Prompt, int[] Ids, int SharedLength);
