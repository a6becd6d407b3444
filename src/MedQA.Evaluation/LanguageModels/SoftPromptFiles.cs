namespace MedQA.Evaluation.LanguageModels;

/// <summary>The files of a soft prompt, as <c>medqa tune</c> writes them into a folder.</summary>
public static class SoftPromptFiles
{
    /// <summary>What it is: a <see cref="SoftPromptManifest"/>.</summary>
    public const string Manifest = "manifest.json";

    /// <summary>The keys and values that its virtual tokens leave in the model's cache.</summary>
    public const string KeyValues = "prefix.safetensors";

    /// <summary>The virtual tokens themselves.</summary>
    public const string SoftPrompt = "soft_prompt.safetensors";
}
