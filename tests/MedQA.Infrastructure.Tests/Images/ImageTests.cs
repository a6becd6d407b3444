using System.Text.RegularExpressions;

namespace MedQA.Infrastructure.Tests.Images;

/// <summary>The two Dockerfiles, as far as they can be checked without building them.</summary>
public sealed partial class ImageTests
{
    public static TheoryData<string> Files { get; } = ["control.Dockerfile", "inference.Dockerfile"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_base_is_named_by_its_digest_and_the_one_that_nobody_looked_up_has_no_default(string file)
    {
        var text = Read(file);
        Assert.All(Bases().Matches(text), static image => Assert.Matches("@(sha256:[0-9a-f]{64}|\\$\\{FUNCTIONS_HOST_DIGEST\\})$", image.Groups["image"].Value));
        Assert.True(Bases().Count(text) >= 2);
        Assert.Contains("\nARG FUNCTIONS_HOST_DIGEST\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ARG FUNCTIONS_HOST_DIGEST=", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_host_itself_is_the_first_process_and_runs_without_rights(string file)
    {
        var last = Read(file)[Read(file).LastIndexOf("\nFROM ", StringComparison.Ordinal)..];
        var user = Regex.Matches(last, @"^USER (?<id>\d+):\d+$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Single();
        Assert.NotEqual("0", user.Groups["id"].Value);
        Assert.DoesNotContain("\nRUN ", last[user.Index..], StringComparison.Ordinal);

        // The form of a list: a shell as the first process would not pass SIGTERM on.
        Assert.Contains("\nENTRYPOINT [\"/azure-functions-host/Microsoft.Azure.WebJobs.Script.WebHost\"]\n", last, StringComparison.Ordinal);
        Assert.Contains("AzureWebJobsScriptRoot=/home/site/wwwroot", last, StringComparison.Ordinal);
        Assert.Contains("COPY --from=build --chown=1654:1654 /app /home/site/wwwroot\n", last, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void What_is_copied_from_the_repository_is_there_and_in_the_builds_context(string file)
    {
        var context = new BuildContext(file);
        Assert.NotEmpty(context.Copied);
        Assert.All(context.Copied, copy =>
        {
            Assert.True(Path.Exists(Repository.PathOf(copy.Source.Split('/'))), copy.Source);
            Assert.True(context.LetsThrough(copy.Source), copy.Source);
        });
    }

    [Fact]
    public void Both_stand_on_the_base_whose_digest_the_hook_looks_up() =>
        Assert.All((string[])["control.Dockerfile", "inference.Dockerfile"], static file => Assert.Equal(
            ["mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0@${FUNCTIONS_HOST_DIGEST}"],
            Bases().Matches(Read(file)).Select(static image => image.Groups["image"].Value)
                .Where(static image => image.Contains('$', StringComparison.Ordinal))));

    [Theory]
    [InlineData("control.Dockerfile", "src/MedQA.Functions/MedQA.Functions.csproj")]
    [InlineData("inference.Dockerfile", "src/MedQA.Functions.Inference/MedQA.Functions.Inference.csproj")]
    public void Each_publishes_its_own_app_for_the_kind_of_machine_it_runs_on(string file, string project) =>
        Assert.Contains($"\nRUN dotnet publish {project} -c Release -r linux-x64 --self-contained false -o /app\n", Read(file), StringComparison.Ordinal);

    [Fact]
    public void The_libraries_are_of_the_CUDA_that_the_pinned_ONNX_Runtime_links()
    {
        var pinned = Regex.Match(File.ReadAllText(Repository.PathOf("Directory.Packages.props")), "\"Microsoft.ML.OnnxRuntime.Managed\" Version=\"1\\.(?<minor>\\d+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

        // CUDA 12 was called deprecated with 1.27 (github.com/microsoft/onnxruntime/issues/29032), where CUDA 13 became the default of the packages; cuDNN is 9 in both.
        var cuda = int.Parse(pinned.Groups["minor"].Value, System.Globalization.CultureInfo.InvariantCulture) >= 27 ? 13 : 12;
        var text = Read("inference.Dockerfile");
        Assert.Contains($"\nFROM nvidia/cuda:{cuda}.", text, StringComparison.Ordinal);
        Assert.All((string[])["libcudart", "libcublas", "libcublasLt", "libnvrtc"], library => Assert.Contains($"/{library}.so.{cuda}*", text, StringComparison.Ordinal));
        Assert.Contains("/libcudnn*.so.9*", text, StringComparison.Ordinal);
        Assert.Contains("ldd $provider | grep 'not found'", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_model_stands_where_the_deployment_says()
    {
        var text = Read("inference.Dockerfile");
        Assert.Contains("\nCOPY --chown=1654:1654 ${MODEL} /models/baked\n", text, StringComparison.Ordinal);
        Assert.Contains("param modelFolder string = '/models/baked'", File.ReadAllText(Repository.PathOf("infra", "main.bicep")), StringComparison.Ordinal);
        Assert.Contains("COPY --chmod=755 infra/docker/fetch-model.sh /opt/medqa/fetch-model\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(Repository.PathOf("infra", "docker", "no-model")), static path => Path.GetExtension(path) == ".onnx");
    }

    private static string Read(string file) => File.ReadAllText(Repository.PathOf("infra", "docker", file));

    [GeneratedRegex(@"^FROM (?<image>\S+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Bases();
}
