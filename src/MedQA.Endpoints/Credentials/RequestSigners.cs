using Azure.Core;
using MedQA.Endpoints.Settings;

namespace MedQA.Endpoints.Credentials;

/// <summary>Makes the signer that a file asks for.</summary>
internal static class RequestSigners
{
    /// <summary>Returns the signer.</summary>
    /// <param name="file">The file.</param>
    /// <param name="variables">Returns the value of an environment variable.</param>
    /// <param name="credential">What gives tokens; <see langword="null"/> for the identity of the machine.</param>
    /// <param name="time">The clock.</param>
    public static IRequestSigner Of(EndpointFile file, Func<string, string?> variables, TokenCredential? credential, TimeProvider time) =>
        file.Authentication switch
        {
            KeyAuthentication key => KeyCredential.Read(file.Path, key, variables),
            EntraAuthentication entra => new EntraCredential(entra, credential, time),
            _ => new NoCredential(),
        };
}
