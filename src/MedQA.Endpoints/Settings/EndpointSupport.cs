using System.Text.Json.Serialization;

namespace MedQA.Endpoints.Settings;

/// <summary>
/// Which fields of requests a service takes. All are off unless the file says so: some services refuse what they do not know, others
/// ignore it.
/// </summary>
/// <param name="N">Several samples in one request (<c>n</c>).</param>
/// <param name="Seed">A seed (<c>seed</c>), which makes answers likely to repeat.</param>
/// <param name="Logprobs">The log-probabilities of the generated tokens (<c>logprobs</c>).</param>
/// <param name="Stop">Stop texts (<c>stop</c>). Without them an answer is cut at the first stop text after it came.</param>
/// <param name="TopK">Sampling from the most likely tokens only (<c>top_k</c>), as vLLM and SGLang do.</param>
/// <param name="MinP">Sampling from tokens of a relative probability only (<c>min_p</c>), as vLLM and SGLang do.</param>
public sealed record EndpointSupport(
    bool N = false,
    bool Seed = false,
    bool Logprobs = false,
    bool Stop = false,
    bool TopK = false,
    bool MinP = false)
{
    /// <summary>
    /// Variables for the chat template (<c>chat_template_kwargs</c>), as vLLM, SGLang and llama.cpp's server take them. It is left out of
    /// fingerprints where it is off, so that those of earlier versions stay.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool TemplateArguments { get; init; }
}
