namespace MedQA.Inference.Prompts;

/// <summary>A continuation to score, cut from its context by lm-evaluation-harness's rule.</summary>
/// <param name="Context">All tokens before the continuation; at least one. Differs from the prompt's own only at its end.</param>
/// <param name="Continuation">The tokens whose log-probabilities are summed; at least one.</param>
internal sealed record EncodedContinuation(int[] Context, int[] Continuation);
