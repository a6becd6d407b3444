# The control app. Built from the repository's root:
#   docker build -f infra/docker/control.Dockerfile --build-arg FUNCTIONS_HOST_DIGEST=sha256:… .

# The digest of the base image below. There is no default: hooks/preprovision.sh asks the registry for it.
ARG FUNCTIONS_HOST_DIGEST

FROM mcr.microsoft.com/dotnet/sdk:10.0.400-noble@sha256:e1ffd2a92ae84c1291bc1b6887501f8af98e6331e7af6d4c8d37168c5e87a64c AS build
WORKDIR /source
COPY Directory.Build.props Directory.Packages.props .editorconfig global.json nuget.config ./
COPY src src
COPY exemplars exemplars
COPY rubrics rubrics
RUN dotnet publish src/MedQA.Functions/MedQA.Functions.csproj -c Release -r linux-x64 --self-contained false -o /app

FROM mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0@${FUNCTIONS_HOST_DIGEST}
# Port 80 is for root; the host writes its state under its home.
ENV AzureWebJobsScriptRoot=/home/site/wwwroot \
    ASPNETCORE_URLS=http://+:8080 \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true
EXPOSE 8080
RUN mkdir -p /home/site/wwwroot /home/data /home/LogFiles && chown -R 1654:1654 /home
COPY --from=build --chown=1654:1654 /app /home/site/wwwroot
USER 1654:1654
# The host itself, not the image's start script: a shell as the first process would keep the stop signal from it.
ENTRYPOINT ["/azure-functions-host/Microsoft.Azure.WebJobs.Script.WebHost"]
CMD []
