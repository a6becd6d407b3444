using MedQA.Inference.SoftPrompts;

namespace MedQA.Inference.Engine;

/// <summary>
/// A soft prompt that an engine has loaded. Its virtual tokens have an id as all tokens have, so that whatever goes by ids (the caches of
/// prompt beginnings, the tree of continuations to score) tells prompts with different ones apart; no pass ever reads that id.
/// </summary>
/// <param name="Id">Negative, and of this soft prompt alone among those of the engine.</param>
/// <param name="KeyValues">Its keys and values.</param>
internal sealed record EngineSoftPrompt(int Id, SoftPromptKeyValues KeyValues);
